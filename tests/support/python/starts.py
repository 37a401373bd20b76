"""How a daemon is started, where a test is about both ways."""


def start_in(app, background):
    """In the background, or else in the foreground of a session of its own."""
    if background:
        done = app.start_in_background()
        assert done.returncode == 0, done
    else:
        app.start()
