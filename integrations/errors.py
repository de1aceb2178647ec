"""The whole error tree: one class, one consequence.

ConnectorError
├── ConfigurationError        the tenant must act: stops the sync
│   ├── AuthenticationError   credentials are refused
│   ├── PrivilegeError        the user or role may not do this
│   └── MappingError          parks the record
├── TransientError            certainly not booked: back off, come back
│   ├── RateLimitError        told to slow down
│   └── UnavailableError      the system does not answer
├── UnknownOutcomeError       sent, no trustworthy answer: settled by find before anything is repeated
├── RejectedError             this record was refused: parks it, others go on
│   ├── DuplicateError        it seems to be there already: found and linked, or parked
│   ├── MissingReferenceError it names something the target does not have
│   └── ClosedPeriodError     its date lies in a closed period
├── ContractError             the answer is not what the documentation says: parks on read, unknown on write
└── LeaseLostError            this worker may not go on: the run stops, another takes over
"""


class ConnectorError(Exception):
    """Carry a sentence for the tenant, a stable code, and what the code is about.

    `code` groups problems; `field`, `value` name what to mend; `answer` is a redacted summary of what the system said.
    """

    code = "connector_error"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        field: str = "",
        value: str = "",
        answer: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.field = field
        self.value = value
        self.answer = answer
        self.retry_after_s = retry_after_s


class ConfigurationError(ConnectorError):
    """The tenant must act before the sync can go on."""

    code = "configuration"


class AuthenticationError(ConfigurationError):
    """The system refuses the credentials."""

    code = "authentication"


class PrivilegeError(ConfigurationError):
    """The credentials are good, but the user, key or role may not do this."""

    code = "privilege"


class MappingError(ConfigurationError):
    """The mapping gives no valid draft for this record: it is parked."""

    code = "mapping"


class TransientError(ConnectorError):
    """Certainly not booked; worth another try later."""

    code = "transient"


class RateLimitError(TransientError):
    """The system asks us to slow down."""

    code = "rate_limit"


class UnavailableError(TransientError):
    """The system cannot be reached or is down."""

    code = "unavailable"


class UnknownOutcomeError(ConnectorError):
    """A write was sent and no trustworthy answer came back."""

    code = "unknown_outcome"


class RejectedError(ConnectorError):
    """The system refused this record; the others go on."""

    code = "rejected"


class DuplicateError(RejectedError):
    """The system says that the document exists already."""

    code = "duplicate"


class MissingReferenceError(RejectedError):
    """The record names something that the system does not have."""

    code = "missing_reference"


class ClosedPeriodError(RejectedError):
    """The date lies in a closed or locked period."""

    code = "closed_period"


class ContractError(ConnectorError):
    """The answer is not what the documentation says."""

    code = "contract"


class LeaseLostError(ConnectorError):
    """The run's lease ended or was taken over: no further call may start."""

    code = "lease_lost"
