"""The web server of a demo: gunicorn, which dies with the process that started it."""

from gunicorn.app.wsgiapp import run

from portal.embedded.processes import die_if_asked

if __name__ == "__main__":
    die_if_asked()
    run()
