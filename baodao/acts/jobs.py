from procrastinate.contrib.django import app

from baodao.acts.sealing import seal_all, write_digest


@app.periodic(cron="*/5 * * * *")
@app.task(name="acts.seal", queueing_lock="acts.seal")
def seal(timestamp: int) -> None:
    """Every five minutes; the first one ten minutes after midnight ends the day."""
    seal_all()
    write_digest()
