"""What codes mean that any system's connection can meet: the wire, the sign-in, the portal's own guards."""

from integrations.contracts import Explanation


def _system(code: str, title: str, cause: str, fix: str, who: str = "support") -> Explanation:
    return Explanation(code=code, title=title, cause=cause, who=who, fix=fix)  # type: ignore[arg-type]


_WAIT = "Nothing need be done: it is tried again. If it lasts, ask whoever runs the system."
SHARED = (
    _system(
        "unreachable",
        "The system cannot be reached",
        "No connection to its address came about: it is down, or a firewall stands between.",
        "Check the address under Connections, that the system is up, and that its firewall lets the portal in.",
        "erp_admin",
    ),
    _system(
        "unavailable", "The system does not answer", "It is down or overloaded for the moment.", _WAIT, "erp_admin"
    ),
    _system("transient", "Passing trouble", "The call certainly did nothing.", _WAIT),
    _system("rate_limit", "The system asks for a pause", "It was asked more often than it allows.", _WAIT),
    _system(
        "limit_reached",
        "The granted share of calls is used up",
        "Other work on this connection uses the calls that you grant the portal.",
        "Nothing need be done: it goes on later. The share is set under Connections.",
        "portal_owner",
    ),
    _system("login_busy", "Another worker is still signing in", "Only one signs in at a time.", _WAIT),
    _system("sign_in_unavailable", "The sign-in does not answer", "Its service is down for the moment.", _WAIT),
    _system(
        "session_ended",
        "The session ended in mid-call",
        "The system ended the session before its time.",
        "Nothing need be done: the next call signs in anew, and what was sent is looked up before it is repeated.",
    ),
    _system(
        "answer_lost",
        "The answer was lost",
        "The connection broke after the call was sent, so nobody knows yet whether it was booked.",
        "Nothing need be done: it is looked up in the system before anything is repeated.",
    ),
    _system(
        "unknown_outcome",
        "Nobody knows yet whether it was booked",
        "The system gave no answer that can be trusted.",
        "Nothing need be done: it is looked up in the system before anything is repeated.",
    ),
    _system(
        "answer_too_big",
        "The answer is too big",
        "The system, or something before it, sent more than any answer of its interface holds.",
        "Check that the connection's address is that of the system itself. If it is, write to support.",
    ),
    _system(
        "not_json",
        "The answer is not what the interface gives",
        "Something else answers at this address: a gateway, a sign-in page, another program.",
        "Check the address under Connections; if it is right, ask whoever runs the system or its gateway.",
        "erp_admin",
    ),
    _system(
        "redirected",
        "The system sends callers elsewhere",
        "A redirect is not followed, because it would carry the credentials to another address.",
        "Enter the address under Connections at which the system itself answers.",
        "portal_owner",
    ),
    _system(
        "foreign_address",
        "The system names an address of somebody else",
        "The next page lies at another host, to which the credentials are not sent.",
        "Check the address under Connections, and what a proxy before the system changes in its answers.",
        "erp_admin",
    ),
    _system(
        "unsendable",
        "A value cannot be sent",
        "It holds characters that no HTTP call can carry.",
        "Mend the value in the source record or under Connections.",
        "accountant",
    ),
    _system(
        "tls_untrusted",
        "The certificate is not trusted",
        "No authority that the portal trusts vouches for the system's certificate, or it is another host's.",
        "Check the address; for a private certificate add the company's own CA certificate under Connections.",
        "erp_admin",
    ),
    _system(
        "tls_failed",
        "No encrypted connection came about",
        "The system does not speak TLS at this port, or only an outdated version.",
        "Check address and port under Connections; ask whoever runs the system for TLS 1.2 or later.",
        "erp_admin",
    ),
    _system(
        "paging_circle",
        "The system gives the same page again and again",
        "Its list does not come to an end.",
        "Nothing is lost: it is read again. If it lasts, write to support.",
    ),
    _system(
        "host_unknown",
        "The host does not exist",
        "No name server knows it.",
        "Check the address, site or account id under Connections.",
        "portal_owner",
    ),
    _system("name_server", "The name server does not answer", "The host could not be looked up.", _WAIT),
    _system(
        "egress_refused",
        "The address is not dialled",
        "It lies inside a private network or on the portal's own machine.",
        "If it is your own on-premises system, ask the portal's operator to allow the host for your company.",
        "portal_owner",
    ),
    _system(
        "egress_plain_http",
        "The address is not encrypted",
        "Plain http would show the credentials to the network.",
        "Use https:// in the connection's address, or ask the portal's operator to allow this host.",
        "portal_owner",
    ),
    _system(
        "sandbox_host_unknown",
        "No simulator answers for this host",
        "The sandbox connection names a site that the sandbox does not have.",
        "Use the sandbox credentials as the portal fills them in.",
        "portal_owner",
    ),
    _system(
        "sealing_key_missing",
        "A stored secret cannot be opened",
        "The key that sealed it is missing from the portal's settings.",
        "Enter the secret again under Connections, or have the operator put the old key back.",
        "portal_owner",
    ),
    _system(
        "contract",
        "The answer is not what the documentation says",
        "The system gave an answer that its documentation does not know.",
        "Write to support with the record's id.",
    ),
)
SHARED_CODES = frozenset(each.code for each in SHARED)
