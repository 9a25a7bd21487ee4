"""One settings file, read top to bottom; every value that differs between
deployments comes from the environment (`docs/operations.md` lists them)."""

import os
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from csp.constants import NONCE, SELF

from baodao.core.secrets import load_secrets

PACKAGE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BAODAO_VAR", "var")).resolve()
DEBUG = os.environ.get("BAODAO_DEBUG") == "1"
# Demo mode: sign in by one click per role. Never set on a real deployment.
DEMO = os.environ.get("BAODAO_DEMO") == "1"

SECRETS = load_secrets(VAR)
SECRET_KEY = SECRETS.django
FIELD_KEY = SECRETS.field
FIELD_CIPHER = os.environ.get("BAODAO_CIPHER", "aes-256-gcm")

# Loopback always: the supervisor and the health checks ask from there.
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
ALLOWED_HOSTS += [h for h in os.environ.get("BAODAO_HOSTS", "").split(",") if h]
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("BAODAO_ORIGINS", "").split(",") if o]
HTTPS = os.environ.get("BAODAO_HTTPS") == "1"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "pgtrigger",
    "procrastinate.contrib.django",
    "django_htmx",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "baodao.core",
    "baodao.ui",
    "baodao.acts",
    "baodao.sheets",
    "baodao.places",
    "baodao.people",
    "baodao.tokens",
    "baodao.notifications",
    "baodao.records",
    "baodao.duties",
    "baodao.reporting",
    "baodao.orders",
    "baodao.pairings",
    "baodao.exchange",
    "baodao.councils",
    "baodao.oversight",
    "baodao.activities",
    "baodao.surveys",
    "baodao.scoring",
    "baodao.shop",
    "baodao.departures",
    "baodao.stats",
    "baodao.progress",
    "baodao.allocation",
    "baodao.portal",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "baodao.tokens.middleware.TokenRequests",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Thin networks (Ali); a proxy is not needed for it. Random padding against BREACH
    # is Django's own.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "baodao.core.middleware.RequestId",
    "baodao.core.middleware.OnePage",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "baodao.people.middleware.ActorMiddleware",
    "baodao.portal.middleware.OwnPassword",
    "baodao.core.middleware.Errors",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "baodao.config.urls"
WSGI_APPLICATION = "baodao.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Ahead of allauth's own templates, which these replace.
        "DIRS": [PACKAGE / "portal" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "baodao.ui.context.page",
            ],
            "builtins": ["baodao.ui.templatetags.ui"],
        },
    }
]


def _database() -> dict[str, object]:
    """`DATABASE_URL` (postgresql://user:password@host:port/name?option=…), or
    the embedded server's socket when the launcher has set it."""
    url = urlsplit(os.environ.get("DATABASE_URL", "postgresql:///baodao"))
    query = dict(parse_qsl(url.query))
    return {
        "ENGINE": "baodao.core.postgres",
        "NAME": unquote(url.path.lstrip("/")),
        "USER": unquote(url.username or query.pop("user", "")),
        "PASSWORD": unquote(url.password or ""),
        "HOST": url.hostname or query.pop("host", ""),
        "PORT": url.port or query.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"server_side_binding": True, **query},
    }


DATABASES = {"default": _database()}

AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "baodao.people.auth.PhoneOrNameBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "portal:sign_in"
LOGIN_REDIRECT_URL = "/desk/"
ACCOUNT_ADAPTER = "baodao.portal.accounts.Adapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
# No list of who signed in when (domain 0.1); failures alone are kept.
AXES_DISABLE_ACCESS_LOG = True
AXES_LOCKOUT_CALLABLE = "baodao.portal.accounts.locked_out"

SESSION_COOKIE_AGE = 8 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "frame-ancestors": ["'none'"],
        "form-action": [SELF],
        "base-uri": ["'none'"],
    }
}
X_FRAME_OPTIONS = "DENY"

# All of China is on one clock (domain 3.9); Asia/Urumqi must never be chosen.
LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
# "plain": names without hashes, straight from the source folders. For tests and
# development, where nothing is collected.
PLAIN_STATIC = DEBUG or os.environ.get("BAODAO_STATIC") == "plain"
WHITENOISE_USE_FINDERS = PLAIN_STATIC
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if PLAIN_STATIC
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = VAR / "files"

PROCRASTINATE_ON_APP_READY = None
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "procrastinate": {"level": "WARNING"},
        "axes": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
