"""How django-allauth is bent to this product: sign-up founds a company, second-factor seeds are sealed."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import MultiFernet
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from fernet_fields import EncryptedTextField

from portal.models import User

PRODUCT = "ml-connector"


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Save the person and, in the same transaction, the company they found or join."""
        user.name = form.cleaned_data.get("name", "")
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if commit:
                form.settle_company(request, saved)
        return saved

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Send support staff, who belong to no company, to the admin."""
        user = request.user
        if isinstance(user, User) and user.is_staff and not user.memberships.exists():
            return reverse("admin:index")
        return str(super().get_login_redirect_url(request))

    def format_email_subject(self, subject: str) -> str:
        """Leave the subject as it is written."""
        return str(subject)


class MFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        """Seal a TOTP secret or the seed of the recovery codes before it is stored."""
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what `encrypt` sealed; raises InvalidToken if its key is gone."""
        return _fernet().decrypt(encrypted_text.encode()).decode()

    def get_totp_issuer(self) -> str:
        """Name the product in the person's authenticator app."""
        return PRODUCT

    def _get_site_name(self) -> str:
        return PRODUCT


def _fernet() -> MultiFernet:
    # The same derived keys as the sealed columns, so that one rotation covers both.
    fernet: MultiFernet = EncryptedTextField().fernet
    return fernet
