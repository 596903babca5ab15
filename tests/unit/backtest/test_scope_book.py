"""Scopes in memory: claimed in all of them or in none, and a storm is told once."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.backtest.recordings import POD, alert, recorded
from tests.unit.domain.builders import NOW_S, POLICY
from worker.backtest.scope_book import ScopeBook
from worker.domain.catalogue import Verb
from worker.domain.document.identity import Subject, SubjectKind, Target
from worker.domain.document.outbox import HeldLease, Intent
from worker.domain.document.subject import SubjectDocument
from worker.domain.incoming.absorb import absorb
from worker.domain.incoming.inbox import accept
from worker.domain.scopes.scope import CLUSTER, Limits, Scope, ScopeKind, released
from worker.domain.story.reason import Reason

SHOP = Scope(ScopeKind.NAMESPACE, "shop")


def service(name: str, namespace: str = "shop") -> Subject:
    return Subject(SubjectKind.SERVICE, namespace, f"Deployment/{name}")


def intent(identity: str) -> Intent:
    return Intent(
        identity, "inc", Verb.EVICT_POD, Target("Pod", "shop", POD, "uid"), "1", 1, NOW_S, NOW_S
    )


def sick(name: str) -> SubjectDocument:
    (one,) = recorded(alert(service=name, pod=f"{name}-7d9f8c6b5-x2k4q"))
    return absorb(accept(SubjectDocument(service(name)), (one.item,)), POLICY, NOW_S)


def test_a_claim_is_made_everywhere_or_nowhere() -> None:
    book = ScopeBook(replace(POLICY, cluster=Limits(9, 1, 600.0)), 100)
    assert book.claim(service("web"), intent("first"), NOW_S) is None
    assert book.claim(service("api"), intent("second"), NOW_S) is not None
    assert [act.intent for act in book.documents[SHOP].acts] == ["first"]
    assert [act.intent for act in book.documents[CLUSTER].acts] == ["first"]


def test_leases_are_given_back_when_they_have_ended() -> None:
    book = ScopeBook(replace(POLICY, cluster=Limits(1, 9, 600.0)), 100)
    assert book.claim(service("web"), intent("first"), NOW_S) is None
    assert book.claim(service("api"), intent("second"), NOW_S) is Reason.NO_LEASE
    assert book.documents[CLUSTER].leases[0].subject == service("web").text, "as guards ask for it"
    assert book.claim(service("web"), intent("again"), NOW_S) is None
    book.documents[CLUSTER] = released(book.documents[CLUSTER], "again")
    book.documents[SHOP] = released(book.documents[SHOP], "again")
    held = SubjectDocument(service("web"), leases=(HeldLease("first", NOW_S, NOW_S + 900.0),))
    assert book.settle(held, NOW_S) is held
    ended = replace(held, leases=(replace(held.leases[0], ended=True),))
    assert book.settle(ended, NOW_S).leases == ()
    assert book.claim(service("api"), intent("second"), NOW_S) is None
    assert len(book.documents[CLUSTER].acts) == 3, "what was done stays counted"


def test_what_was_never_sent_doesnt_count() -> None:
    book = ScopeBook(replace(POLICY, cluster=Limits(9, 1, 600.0)), 100)
    assert book.claim(service("web"), intent("first"), NOW_S) is None
    lease = HeldLease("first", NOW_S, NOW_S + 900.0, ended=True, sent=False)
    book.settle(SubjectDocument(service("web"), leases=(lease,)), NOW_S)
    assert book.claim(service("api"), intent("second"), NOW_S) is None


def test_a_subject_reports_when_it_falls_sick_and_when_it_is_well() -> None:
    book = ScopeBook(POLICY, 100)
    document = book.report(sick("web"), NOW_S)
    assert document.reported_sick
    assert [one.subject for one in book.documents[CLUSTER].sick] == [service("web").text]
    assert book.report(document, NOW_S) is document
    well = book.settle(replace(document, incidents=()), NOW_S + 60.0)
    assert not well.reported_sick
    assert book.documents[CLUSTER].sick == ()


def test_a_storm_is_told_once_and_seen_as_soon_as_it_is_there() -> None:
    book = ScopeBook(POLICY, 10)
    for number in range(3):
        book.report(sick(f"web-{number}"), NOW_S)
        assert book.storm_to_tell(NOW_S) is None
    book.report(sick("web-3"), NOW_S)
    told = book.storm_to_tell(NOW_S)
    assert told is not None
    assert told.labels["words"] == "4 of 10 services are sick"
    assert book.storm_to_tell(NOW_S + 1.0) is None
