"""What counts as the same matter, and by what a submission of the same person is known again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.classify.classification import Text
from router.classify.matcher import normalise
from router.door.lookups import BANDS, Brought, Finder, person_hash, similarity
from router.matching.confirm import Matter, likeness
from router.messages.details import Person

KEY = bytes(range(32))
LETTER = (
    "{place}的底商夜里还在营业，油烟直接排到楼上，门窗都不敢开，孩子咳嗽了一个月。找过物业和城管，来看过一次就没有下文。"
    "住在{place}的几百户人家都受影响，请尽快处理，给大家一个安静干净的环境。"
)
MATTERS = st.builds(Matter, st.text("漏水房屋小区", max_size=12), st.text("漏水房屋小区暖气不热物业", max_size=60))


@given(MATTERS, MATTERS)
def test_likeness_is_symmetric_and_bounded(one: Matter, other: Matter) -> None:
    """It is the same both ways, between 0 and 1000, and 1000 for a text and itself."""
    assert likeness(one, other) == likeness(other, one)
    assert 0 <= likeness(one, other).thousandths <= 1000
    assert likeness(one, one).same


def test_the_same_letter_about_the_same_place() -> None:
    """Some words more or less leave it the same matter."""
    text = LETTER.format(place="金色家园")
    like = likeness(Matter("油烟扰民", text), Matter("油烟扰民，请处理", "您好！" + text.replace("尽快", "马上")))
    assert like.same
    assert 700 <= like.thousandths < 1000


def test_the_same_letter_about_another_place() -> None:
    """A form letter with another name in it, again and again, is another matter, however alike the words."""
    one, other = (LETTER.format(place=place) * 2 for place in ("金色家园", "绿洲小城"))
    like = likeness(Matter("", one), Matter("", other))
    assert like.thousandths >= 700
    assert like.other_subject
    assert not like.same


def brought(title: str, body: str, person: Person | None) -> Brought:
    """A submission as the door has it."""
    return Brought(Text(normalise(title), normalise(body)), person_hash(KEY, person))


ME = Person(phone="13912345678")
MATTER = LETTER.format(place="金色家园")


@pytest.mark.parametrize(
    "written",
    [
        Person(phone="+86 139 1234 5678"),
        Person(phone="８６１３９１２３４５６７８"),
        Person(phone="0086-139-1234-5678", name="别的名字"),
        Person(phone="139-1234-5678", id_number="无"),
    ],
)
def test_a_phone_is_one_however_written(written: Person) -> None:
    """Full width, blanks, dashes and the country's number make no difference."""
    assert person_hash(KEY, written) == person_hash(KEY, ME)


def test_an_id_number_tells_more_than_a_phone() -> None:
    """Where there is an id number the phone doesn't matter, which may be a helper's."""
    one = Person(phone="13912345678", id_number="15062419650101001x")
    wide = Person(phone="1", id_number="１５０６２４１９６５０１０１００１Ｘ")
    assert person_hash(KEY, one) == person_hash(KEY, wide)
    assert person_hash(KEY, one) != person_hash(KEY, ME)


NOBODY = [
    None, Person(), Person(name="张三", phone="无"), Person(phone="12345"), Person(phone="138****0000"),
    Person(phone="00000000000"), Person(id_number="150624********0012"), Person(id_number="150624XXXXXXXX0012"),
]  # fmt: skip


@pytest.mark.parametrize("nobody", NOBODY)
def test_who_gives_nothing_is_nobody(nobody: Person | None) -> None:
    """A name alone, a short number, a masked one, a stopgap, nothing: such a submission is known by its words only."""
    assert person_hash(KEY, nobody) is None
    (found,) = Finder(KEY).lookups([brought("油烟", MATTER, nobody)])
    assert found.person == ()
    assert found.words is not None


def test_the_same_person_and_matter_share_hashes() -> None:
    """Slightly other words share bands; another person or another matter shares none."""
    finder = Finder(KEY)
    first, again, other, another = finder.lookups([
        brought("油烟扰民", MATTER, ME),
        brought("", MATTER + "急，再次反映。", ME),
        brought("油烟扰民", MATTER, Person(phone="13800000000")),
        brought("路灯", "村口的路灯坏了半年没有人修，老人孩子夜里走路看不见，摔了好几次，请派人来看看。", ME),
    ])  # fmt: skip
    assert set(first.person) & set(again.person)
    assert not set(first.person) & set(other.person)
    assert not set(first.person) & set(another.person)
    assert first.words == other.words != again.words
    assert len(first.person) == 1 + BANDS
    assert first == finder.lookups([brought("油烟扰民", MATTER, ME)])[0]


def test_a_telling_title_is_enough() -> None:
    """The same person with the same long title has the same matter; a title of two words tells nothing."""
    finder = Finder(KEY)
    title = "金色家园底商油烟扰民无人处理"
    one, other = finder.lookups([brought(title, "第一次反映。", ME), brought(title, "又过了一个月还是没有人来。", ME)])
    assert len(set(one.person) & set(other.person)) == 1
    short = finder.lookups([brought("投诉", "第一次反映。", ME), brought("投诉", "又过了一个月还是没有人来。", ME)])
    assert not set(short[0].person) & set(short[1].person)


def test_short_words_tell_only_the_same_person_again() -> None:
    """A few words, the very same by two people, happen; by one person they are a repeat."""
    one, other = Finder(KEY).lookups([brought("", "漏水了", ME), brought("", "漏水了", Person(phone="13800000000"))])
    assert one.words is None
    assert other.words is None
    assert len(one.person) == 1
    assert one.person != other.person


def test_another_key_other_hashes() -> None:
    """Nothing is shared between installations."""
    given = [brought("油烟扰民", MATTER, ME)]
    (one,), (other,) = (Finder(key).lookups(given) for key in (KEY, bytes(32)))
    assert not set(one.all()) & set(other.all())


def test_shared_hashes_say_how_alike() -> None:
    """The more bands are shared the more alike; all of them is certainty, none says nothing."""
    told = [similarity(shared) for shared in range(BANDS + 3)]
    assert told[0] == 0
    assert told == sorted(told)
    assert told[BANDS] == told[-1] == 1000
