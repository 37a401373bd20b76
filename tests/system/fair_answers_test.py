"""A client that asks a great deal at once does not hold the others up."""

from clients import Client
from daemon import STAYS
from waiting import wait_for


def test_one_question_is_not_answered_after_two_hundred_of_another_client(app):
    app.procfile(w=STAYS + " #" + "x" * 5000)
    app.start("-m", "w=30")
    wait_for("all of them", lambda: set(app.states().values()) == {"up"})
    many, one = Client(app), Client(app)
    try:
        assert one.ask(0, "ps") and many.ask(0, "ps")

        def answered_before():
            """The answers of the many that come before the other client's only one."""
            for number in range(1, 201):
                many.send(number, "ps")
            one.send(1, "ps")
            got = 0
            while not one.socket.poll(0):
                if many.socket.poll(10):
                    many.reply()
                    got += 1
            one.reply()
            for _ in range(200 - got):
                assert many.reply()
            return got
        # A machine with much to do may keep this program from asking in time; not every time.
        wait_for("an answer in turn", lambda: answered_before() < 100)
    finally:
        many.close()
        one.close()
