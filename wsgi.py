"""What gunicorn and the flask command start: `wsgi:app`."""

from blueprints.app import create_app

app = create_app()
