"""The portal's settings: everything comes from the environment, nothing is started here.

Where a variable is unset in development, manage.py, wsgi.py and conftest.py fill it in before this module is
imported (portal/embedded); the defaults below only let tools such as mypy import the settings without a server.
What production refuses stands in portal/checks.py; docs/settings.md lists every variable.
"""

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from portal.logs import configure_logging

env = environ.Env()


def env_list(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Read a comma-separated variable; blanks around and between the commas do not count."""
    return [part.strip() for part in env.list(name, default=list(default)) if part.strip()]


def env_decimal(name: str, default: str) -> Decimal:
    """Read a finite decimal number greater than zero."""
    text = env.str(name, default=default)
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number <= 0:
        raise ImproperlyConfigured(f"{name}={text!r} is not a number above zero. Set {name}, for example to 0.1.")
    return number


# Where we are.

BASE_DIR = Path(__file__).resolve().parent.parent
ENVIRONMENT: str = env.str("ENVIRONMENT", default="development")
if ENVIRONMENT not in {"development", "production"}:
    raise ImproperlyConfigured(f"ENVIRONMENT={ENVIRONMENT!r}: set it to development or production.")
IS_PRODUCTION = ENVIRONMENT == "production"

DEBUG: bool = env.bool("DEBUG", default=False)
DEFAULT_SECRET_KEY = "insecure-default-only-good-for-importing-the-settings"  # noqa: S105 (refused by portal/checks.py)
SECRET_KEY: str = env.str("SECRET_KEY", default=DEFAULT_SECRET_KEY) or DEFAULT_SECRET_KEY
SECRET_KEY_FALLBACKS: list[str] = env_list("SECRET_KEY_FALLBACKS")
FERNET_KEYS: list[str] = env_list("FERNET_KEYS")  # newest first; [] seals nothing: there is no fall-back to SECRET_KEY
ALLOWED_HOSTS: list[str] = env_list("ALLOWED_HOSTS", () if IS_PRODUCTION else ("localhost", "127.0.0.1", "[::1]"))
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")  # what a monitor sends as its bearer token; "" shows none
CSRF_TRUSTED_ORIGINS: list[str] = env_list("CSRF_TRUSTED_ORIGINS")

# What the portal is made of.

INSTALLED_APPS = [
    "portal",
    "portal.notifications",
    "integrations",
    "mappings",
    "audit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_rq",
    "django_structlog",
    "whitenoise.runserver_nostatic",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.postgres",  # lets indexes name operator classes
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.tenancy.TenantMiddleware",
]

ROOT_URLCONF = "portal.urls"
WSGI_APPLICATION = "portal.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.shell.shell",
            ],
        },
    },
]

# PostgreSQL and Redis.

DEFAULT_DATABASE_URL = "postgres://portal@127.0.0.1:5432/portal"
DATABASE_URL: str = env.str("DATABASE_URL", default=DEFAULT_DATABASE_URL) or DEFAULT_DATABASE_URL
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **env.db_url_config(DATABASE_URL),
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=600),
        "CONN_HEALTH_CHECKS": True,
    }
}
if DATABASES["default"]["ENGINE"] != "django.db.backends.postgresql":
    raise ImproperlyConfigured("DATABASE_URL must name a PostgreSQL database (postgres://...): nothing else will do.")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

DEFAULT_REDIS_URL = "redis://127.0.0.1:6379/0"
REDIS_URL: str = env.str("REDIS_URL", default=DEFAULT_REDIS_URL) or DEFAULT_REDIS_URL
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "cache",
    }
}
RQ_QUEUES = {name: {"URL": REDIS_URL, "DEFAULT_TIMEOUT": 600} for name in ("default", "high")}
# "auto" enqueues at once: the one helper that enqueues already waits for the commit, and swallows Redis's errors.
RQ = {"COMMIT_MODE": "auto", "WORKER_CLASS": "portal.worker.Worker"}
RQ_SHOW_ADMIN_LINK = False

# Time and language.

TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "portal.formats"

# People: sign-in by e-mail only, second factor by allauth.

AUTH_USER_MODEL = "portal.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "dashboard"
LOGOUT_REDIRECT_URL = "/"

ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]  # one password field: it can be shown, which beats typing it twice
ACCOUNT_FORMS = {"signup": "portal.forms.signup.SignupForm"}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # only in the browser that signed up, by its session
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if IS_PRODUCTION else "http"
ACCOUNT_ADAPTER = "portal.adapters.AccountAdapter"
MFA_ADAPTER = "portal.adapters.MFAAdapter"  # seals TOTP secrets and recovery seeds, which allauth keeps in plain text
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_PRODUCTION

# E-mail.

EMAIL_BACKEND: str = env.str(
    "EMAIL_BACKEND",
    default=f"django.core.mail.backends.{'smtp' if IS_PRODUCTION else 'console'}.EmailBackend",
)
EMAIL_TIMEOUT: int = env.int("EMAIL_TIMEOUT", default=20)  # seconds; Django's own default waits for ever
ANYMAIL: dict[str, Any] = env.json("ANYMAIL", default={})
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", default="ML Connector <no-reply@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# What the links of letters and messages begin with: those are written where there is no request.
_HOST = ALLOWED_HOSTS[0].lstrip(".") if ALLOWED_HOSTS else "localhost"
PORTAL_URL: str = env.str("PORTAL_URL", default=f"https://{_HOST}" if IS_PRODUCTION else "http://127.0.0.1:8000")

# The browser's side.

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "static-build"
STATICFILES_DIRS = [BASE_DIR / "static", ("screenshots", BASE_DIR / "docs" / "screenshots")]
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not IS_PRODUCTION
_STATIC_STORAGE = (
    "whitenoise.storage.CompressedManifestStaticFilesStorage"
    if IS_PRODUCTION
    else "django.contrib.staticfiles.storage.StaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],  # the nonce only where a page carries structured data
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

SECURE_SSL_REDIRECT: bool = env.bool("SECURE_SSL_REDIRECT", default=IS_PRODUCTION)
SECURE_HSTS_SECONDS: int = env.int("SECURE_HSTS_SECONDS", default=31_536_000 if IS_PRODUCTION else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS: bool = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=IS_PRODUCTION)
SECURE_HSTS_PRELOAD: bool = env.bool("SECURE_HSTS_PRELOAD", default=False)
# Only where a proxy in front terminates TLS and overwrites this header on every request.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_TLS_PROXY", default=False) else None
SESSION_COOKIE_SECURE: bool = env.bool("SESSION_COOKIE_SECURE", default=IS_PRODUCTION)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE: bool = env.bool("CSRF_COOKIE_SECURE", default=IS_PRODUCTION)
CSRF_COOKIE_HTTPONLY = False
CSRF_COOKIE_SAMESITE = "Lax"

# The engine's surroundings.

# A run's lease, the longest single call below it, and how long a run works before it makes room for others.
LEASE_S: float = env.float("LEASE_S", default=60.0)
CALL_TIMEOUT_S: float = env.float("CALL_TIMEOUT_S", default=30.0)
SLICE_S: float = env.float("SLICE_S", default=60.0)
# Reads of an object that still shows an older state than its event.
STALE_TRIES: int = env.int("STALE_TRIES", default=6)
WEBHOOK_MAX_BYTES: int = env.int("WEBHOOK_MAX_BYTES", default=1_000_000)
# Multiplies every sink's settle_s; below 1 only for chaos runs and tests.
SETTLE_SCALE = env_decimal("SETTLE_SCALE", "1")
# The simulators' control port: connections marked as sandbox are dialled at this port plus the connector's offset
# on loopback. None: there is no sandbox here, and such connections are refused.
SANDBOX_BASE_PORT: int | None = env.int("SANDBOX_BASE_PORT", default=0) or None
SANDBOX_IN_PRODUCTION: bool = env.bool("SANDBOX_IN_PRODUCTION", default=False)
# Private hosts an operator opened, by tenant slug: {"acme": ["jde.acme.internal"]}.
EGRESS_ALLOW: dict[str, list[str]] = env.json("EGRESS_ALLOW", default={})
# The addresses that calls to customers' systems come from, shown to those whose firewall must know them.
EGRESS_ADDRESSES: list[str] = env_list("EGRESS_ADDRESSES")
# Named points at which a chaos run stops or kills the worker.
CHAOS_CHECKPOINTS: list[str] = env_list("CHAOS_CHECKPOINTS")

# Logs.

LOGGING = configure_logging(level=env.str("LOG_LEVEL", default="INFO"), file=env.str("LOG_FILE", default=""))
DJANGO_STRUCTLOG_COMMAND_LOGGING_ENABLED = False
