"""What counts as the same matter, and by what a submission of the same person is known again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.cases.other import Relation
from router.classify.classification import Text
from router.classify.matcher import normalise
from router.door.lookups import BANDS, NOBODY, Brought, Finder, Lookups, similarity
from router.door.repeats import Again, again_by
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
    return Brought(Text(normalise(title), normalise(body)), Finder(KEY).person(person))


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
    assert Finder(KEY).person(written) == Finder(KEY).person(ME)


def test_a_person_is_known_by_the_number_and_by_the_phone() -> None:
    """Each is read by itself, however written."""
    one = Finder(KEY).person(Person(phone="13912345678", id_number="15062419650101001x"))
    wide = Finder(KEY).person(Person(phone="1", id_number="１５０６２４１９６５０１０１００１Ｘ"))
    assert one.number == wide.number is not None
    assert (one.phone, wide.phone) == (Finder(KEY).person(ME).phone, None)


NOBODIES = [
    None, Person(), Person(name="张三", phone="无"), Person(phone="12345"), Person(phone="138****0000"),
    Person(phone="00000000000"), Person(id_number="150624********0012"), Person(id_number="150624XXXXXXXX0012"),
]  # fmt: skip


@pytest.mark.parametrize("nobody", NOBODIES)
def test_who_gives_nothing_is_nobody(nobody: Person | None) -> None:
    """A name alone, a short number, a masked one, a stopgap, nothing: such a submission is known by its words only."""
    assert Finder(KEY).person(nobody) == NOBODY
    (found,) = Finder(KEY).lookups([brought("油烟", MATTER, nobody)])
    assert found == Lookups(found.words)
    assert found.words is not None


def by_person(found: Lookups) -> set[bytes]:
    """The hashes of a person with the words."""
    return {digest for one in (*found.known, *found.left) for digest in (one.words, *one.bands)}


def test_the_same_person_and_matter_share_hashes() -> None:
    """Slightly other words share bands; another person or another matter shares none."""
    finder = Finder(KEY)
    first, again, other, another = finder.lookups([
        brought("油烟扰民", MATTER, ME),
        brought("", MATTER + "急，再次反映。", ME),
        brought("油烟扰民", MATTER, Person(phone="13800000000")),
        brought("路灯", "村口的路灯坏了半年没有人修，老人孩子夜里走路看不见，摔了好几次，请派人来看看。", ME),
    ])  # fmt: skip
    assert by_person(first) & by_person(again)
    assert not by_person(first) & by_person(other)
    assert not by_person(first) & by_person(another)
    assert first.words == other.words != again.words
    assert len(by_person(first)) == 1 + BANDS
    assert first == finder.lookups([brought("油烟扰民", MATTER, ME)])[0]


TITLE = "市民来电反映有关问题请核实处理"
COLD = "家里的暖气从上个月起就是凉的，孩子写作业都要穿棉袄，供热公司说管网坏了。"
WAGES = "在工地干了半年，包工头欠着工资一分没给，说等甲方拨款，眼看要过年了。"


@pytest.mark.parametrize(("one", "other"), [(COLD, WAGES), (COLD[:13], WAGES[:13]), ("如上", "如题")])
def test_a_title_alone_tells_nothing(one: str, other: str) -> None:
    """Two matters of one person under the same generic title, long or short, share no hash at all."""
    first, second = Finder(KEY).lookups([brought(TITLE * 2, text, ME) for text in (one, other)])
    assert not by_person(first) & by_person(second)
    assert list(known_again(first, second)) == []


def test_short_words_tell_only_the_same_person_again() -> None:
    """A few words, the very same by two people, happen; by one person they are a repeat."""
    one, other, again = Finder(KEY).lookups(
        [brought("", "漏水了", who) for who in (ME, Person(phone="13800000000"), ME)]
    )  # fmt: skip
    assert (one.words, one.kinds, other.words, len(by_person(one))) == (None, (), None, 1)
    assert not known_again(one, other)
    assert known_again(one, again) == [Again("one", Relation.SAME_PERSON, 1000)]


def known_again(*batch: Lookups) -> list[Again]:
    """By what the last of some submissions is known again, each claiming what nobody claimed before."""
    owner: dict[bytes, str] = {}
    names = ("one", "other", "third", "fourth")
    for name, lookups in zip(names, batch, strict=False):
        for digest in lookups.claims():
            owner.setdefault(digest, name)
    return list(again_by(names[len(batch) - 1], batch[-1], owner))


NUMBER, OTHER_NUMBER, PHONE, OTHER_PHONE = "150624196501010011", "150624197001010022", "13912345678", "13800000000"


@pytest.mark.parametrize(
    ("first", "then", "relation"),
    [
        (Person(phone=PHONE), Person(phone=PHONE, id_number=NUMBER), Relation.SAME_PERSON),
        (Person(phone=PHONE, id_number=NUMBER), Person(phone=PHONE), Relation.SAME_PERSON),
        (Person(phone=PHONE, id_number=NUMBER), Person(id_number=NUMBER), Relation.SAME_PERSON),
        (Person(phone=PHONE, id_number=NUMBER), Person(phone=OTHER_PHONE, id_number=NUMBER), Relation.SAME_PERSON),
        (Person(phone=PHONE, id_number=NUMBER), Person(phone=PHONE, id_number=OTHER_NUMBER), Relation.SUPPORTER),
        (Person(phone=PHONE), Person(phone=OTHER_PHONE, id_number=NUMBER), Relation.SUPPORTER),
        (Person(phone=PHONE), Person(phone=OTHER_PHONE), Relation.SUPPORTER),
        (Person(phone=PHONE), Person(id_number=NUMBER), Relation.SAME_WORDS),
        (Person(phone=PHONE), None, Relation.SAME_WORDS),
        (Person(name="甲"), Person(phone=PHONE), Relation.SAME_WORDS),
        (None, None, Relation.SAME_WORDS),
    ],
)
def test_who_comes_with_the_very_words(first: Person | None, then: Person | None, relation: Relation) -> None:
    """The same by whatever both gave, another one where they differ in the same kind, else nobody knows."""
    batch = Finder(KEY).lookups([brought("油烟", MATTER, who) for who in (first, then)])
    assert known_again(*batch) == [Again("one", relation, 1000)]


def test_under_another_identifier_slightly_other_words() -> None:
    """First with the phone alone, then with the id number too: the bands tell the same person and matter."""
    both = Person(phone=PHONE, id_number=NUMBER)
    batch = Finder(KEY).lookups([brought("", MATTER, ME), brought("", MATTER + "急，再次反映。", both)])
    (again,) = known_again(*batch)
    assert again.relation is Relation.SAME_PERSON
    assert 500 < again.similarity < 1000
    helped = Finder(KEY).lookups([
        brought("", MATTER, both), brought("", MATTER + "急。", Person(phone=PHONE, id_number=OTHER_NUMBER))
    ])  # fmt: skip
    assert not known_again(*helped), "one phone may be the helper's of many"


def test_whose_case_it_was_counts_by_the_same_kind() -> None:
    """Nothing was given with the first one, and somebody else told by a phone came between: still nobody knows."""
    persons = (None, Person(phone=PHONE), Person(phone=OTHER_PHONE))
    batch = Finder(KEY).lookups([brought("", MATTER, who) for who in persons])
    assert known_again(*batch) == [Again("one", Relation.SAME_WORDS, 1000)]


def test_another_key_other_hashes() -> None:
    """Nothing is shared between installations."""
    given = [brought("油烟扰民", MATTER, Person(phone=PHONE, id_number=NUMBER))]
    (one,), (other,) = (Finder(key).lookups(given) for key in (KEY, bytes(32)))
    assert not {*one.claims(), *one.asks()} & {*other.claims(), *other.asks()}
    assert len(set(one.claims())) == 3 + 2 * (1 + BANDS)


def test_shared_bands_say_how_alike() -> None:
    """The more bands are shared the more alike; all of them is certainty, none says nothing."""
    told = [similarity(shared) for shared in range(BANDS + 1)]
    assert (told[0], told[BANDS]) == (0, 1000)
    assert told == sorted(told)
