"""Programs that a process manager starts on a machine itself: PM2, the Procfile of foreman and Heroku, and supervisord."""
