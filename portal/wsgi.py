"""The web server's door: `gunicorn portal.wsgi`."""

from django.core.wsgi import get_wsgi_application

from portal.launch import prepare

prepare()
application = get_wsgi_application()
