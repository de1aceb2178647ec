"""What all simulators share: requests and answers, a clock, faults, a world and its control API."""
