"""The web server's door: `gunicorn portal.wsgi`."""

from django.core.wsgi import get_wsgi_application

from portal.checks import refuse_unsafe_start
from portal.launch import prepare

prepare()
refuse_unsafe_start()
application = get_wsgi_application()
