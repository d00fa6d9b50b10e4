"""What one plan's status asks of the database does not grow with the plans beside it."""

from bench.status import counted, install, one_status
from engine.store.database import Store


def test_the_status_of_a_plan_asks_the_same_beside_many_plans(tmp_path):
    counts, shown = [], []
    for plans in (1, 2, 9):
        install(tmp_path / str(plans), plans, measures=6)
        store = Store(f"sqlite:///{tmp_path / str(plans) / 'srok.db'}")
        counts.append(counted(store))
        shown.append(one_status(store))
        store.close()
    statements, rows = counts[0]
    assert counts == [(statements, rows)] * 3
    assert shown == [shown[0]] * 3
    assert len(shown[0]["assignments"]) == 24
    assert rows == 1 + 6 + 24
