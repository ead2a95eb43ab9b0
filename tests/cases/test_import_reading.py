"""Files of other systems are read as cases: by their own column names, with every problem in its place."""

from datetime import date

import pytest

from protect.cases.importing.checking import Checked, check, good_rows, open_source, pieces
from protect.cases.importing.files import read_table
from protect.cases.importing.problems import FileRefused
from protect.cases.importing.report import FILE_TEXTS, TEXTS, check_text, file_text
from protect.cases.importing.rows import Custom
from protect.vocab import load, normalise

TODAY = date(2026, 11, 24)
HTCDS = (
    "prs_FirstName,prs_SecondName,prs_Birthdate,prs_Gender,prs_Citizenship,vic_TypeOfExploitation,vic_MethodsOfControl"
)


def source(text, encoding="utf-8", legal_basis=""):
    return open_source(text.encode(encoding), Custom("CD", TODAY, legal_basis), "+243")


def only(text, **more):
    (row,) = good_rows(source(text, **more))
    return row.intake


def found(text):
    checked = check(source(text))
    return [(problem.line, problem.column, problem.key) for problem in checked.problems]


def test_a_row_of_the_standard_becomes_a_case():
    intake = only(f"{HTCDS}\nAnne,Fictive,1998-04-12,Feminine,COD,ForcedLabour,DebtBondage;FalsePromises\n")
    assert intake.values == {
        "given_name": "Anne", "surname": "Fictive", "birth_date": "1998-04-12", "gender_identity": "feminine",
        "sex": "F", "citizenship": "CD", "tip_purpose": "forced_labour", "exploitation_main": "forced_labour",
        "control_methods": "debt_bondage false_promises",
    }  # fmt: skip
    assert (intake.status, intake.registered_on) == ("active", None)


def test_every_value_that_is_read_is_canonical():
    for row in good_rows(
        source(f"{HTCDS}\nAnne, Fictive ,12/04/1998,Feminine,Zambie|RDC,ForcedLabour;ForcedBegging,Other\n")
    ):
        for name, value in row.intake.values.items():
            assert normalise(load().field(name), value) == value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encoding_and_separator_are_found_out(encoding, separator):
    text = separator.join(["prs_FirstName", "prs_Gender"]) + "\n" + separator.join(["Zoé", "Feminine"]) + "\n"
    assert only(text, encoding=encoding).values["given_name"] == "Zoé"


def test_the_same_row_is_the_same_content_however_it_is_written():
    plain = next(good_rows(source("prs_FirstName,prs_Gender\nZoé,Feminine\n")))
    other = next(good_rows(source("prs_Gender;prs_FirstName;org_Name\nfeminine; Zoé ;x\n", encoding="cp1252")))
    assert plain.content == other.content


def test_equal_rows_of_one_file_are_told_apart():
    rows = list(good_rows(source("prs_FirstName\nAnne\nAnne\nBéa\nAnne\n")))
    assert [row.ordinal for row in rows] == [0, 1, 0, 2]


def test_several_forms_give_one_main_form():
    title = "vic_TypeOfExploitation\n"
    assert only(f"{title}ForcedLabour;SexualExploitation\n").values["exploitation_main"] == "mixed"
    assert only(f"{title}ForcedLabour;ForcedBegging\n").values["exploitation_main"] == "forced_begging"
    assert only(f"{title}SexualExploitation;Other\n").values["exploitation_main"] == "sexual"


def test_events_go_where_their_stage_says():
    values = only(
        "hte_Type,hte_Country,hte_State\nRecruitment;Transit;Exploitation,CD;AO;CD,Kinshasa;Luanda;Nord-Kivu\n"
    ).values
    assert values == {
        "recruitment_country": "CD", "recruitment_province": "CD-KN", "transit_countries": "AO",
        "exploitation_country": "CD", "exploitation_province": "CD-NK",
    }  # fmt: skip


def test_a_place_that_is_not_known_keeps_its_place_among_the_others():
    titles = "hte_Type,hte_Country,hte_State\n"
    assert only(f"{titles}Recruitment;Transit;Exploitation,-99;AO;CD,Kinshasa;n/a;-99\n").values == {
        "recruitment_province": "CD-KN", "transit_countries": "AO", "exploitation_country": "CD",
    }  # fmt: skip
    assert only(f"{titles}Recruitment;Exploitation,-99,Kinshasa;Nord-Kivu\n").values.keys() == {
        "recruitment_province", "exploitation_province",
    }  # fmt: skip


def test_stages_that_we_have_no_question_for_are_on_the_way_or_left_out():
    values = only("hte_Type,hte_Country\nborder;harbouring;exit;Exploitation,AO;ZM;TZ;CD\n").values
    assert values == {"transit_countries": "AO ZM", "exploitation_country": "CD"}


def test_a_cell_that_was_marked_as_text_is_read_without_its_mark():
    values = only("prs_MobilePhone,surname\n'+243 812 345 678,'=Fictive\n").values
    assert values == {"phone": "+243812345678", "surname": "=Fictive"}


def test_a_province_of_another_country_is_left_out_and_one_of_ours_must_exist():
    assert only("hte_Country,hte_State\nZM,Lusaka\n").values == {"exploitation_country": "ZM"}
    assert found("hte_Country,hte_State\nCD,Lusaka\n") == [(2, "hte_State", "code")]
    assert found("prs_MailingCountry,prs_MailingState\nCD,Lusaka\n") == [(2, "prs_MailingState", "code")]


def test_our_own_field_names_are_columns_too():
    intake = only("registration_date,surname,needs,screening_conditions_met\n2025-03-02,Fictive,legal;medical,oui\n")
    assert intake.registered_on == date(2025, 3, 2)
    assert intake.values == {"surname": "Fictive", "needs": "legal medical", "screening_conditions_met": "true"}


def test_problems_have_their_line_and_column():
    assert found(f'{HTCDS}\nAnne,"two\nlines",1998,Blob,COD,,\nBob,,2098,Masculine,COD,Mining,Nothing\n') == [
        (2, "prs_Gender", "code"),
        (4, "prs_Birthdate", "future"),
        (4, "vic_TypeOfExploitation", "code"),
        (4, "vic_MethodsOfControl", "code"),
    ]
    assert found("prs_FirstName,org_Name\nAnne,x,y\n,x\n") == [(2, "", "too_many_cells"), (3, "", "nothing_read")]
    assert found("hte_Type,hte_Country\nRecruitment;Exploitation,CD\n") == [(2, "hte_Country", "uneven_events")]


def test_blank_lines_are_no_rows():
    assert check(source("prs_FirstName,prs_Gender\n\n,\nAnne,Feminine\n\n")).good == 1


def test_a_report_repeats_codes_but_never_what_may_name_a_person():
    text = "\n".join(
        check_text(check(source("prs_Birthdate,prs_MobilePhone,prs_Gender\n31/31/1998,SECRET-CALL,Blob\n")))
    )
    assert "ligne 2, colonne prs_Gender\u00a0: Cette réponse n’est pas dans la liste de cette colonne [Blob]" in text
    assert "SECRET" not in text
    assert "31/31" not in text


def test_a_report_counts_what_it_does_not_spell_out():
    checked = check(source("prs_Gender\n" + "Blob\n" * 1000))
    assert (checked.bad, len(checked.problems), checked.untold) == (1000, 200, 800)
    assert "… et 800 autres problèmes." in list(check_text(checked))


def test_columns_that_are_not_read_are_named():
    assert check(source("prs_FirstName,org_Name,perpetrator_name,case_owner\nAnne,x,y,z\n")).ignored == (
        "org_Name", "perpetrator_name", "case_owner",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"", "empty"),
        (b"PK\x03\x04xlsx", "not_csv"),
        (b"prs_FirstName,PRS_FIRSTNAME\nA,B\n", "column_twice"),
        (b"prs_FirstName,given_name\nA,B\n", "same_meaning"),
        (b"colour,shape\nred,round\n", "no_known_column"),
        (b'prs_FirstName\n"Anne\n', "quoting"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, key):
    with pytest.raises(FileRefused) as refused:
        check(open_source(content, Custom("CD", TODAY), "+243"))
    assert refused.value.key == key
    assert file_text(refused.value).startswith(str(FILE_TEXTS[key]))


def test_a_consent_of_the_standard_covers_file_and_statistics():
    intake = only("prs_Birthdate,con_Consent\n1990,true\n")
    assert [(one.scope, one.status, one.given_by) for one in intake.consents] == [
        ("data_processing", "given", "person"),
        ("research_statistics", "given", "person"),
    ]
    assert only("prs_Birthdate,con_Consent\n1990,false\n").consents == ()


def test_the_consent_of_a_child_counts_only_with_its_giver_and_the_childs_assent():
    checked = check(source("prs_Birthdate,con_Consent\n2015,true\n"))
    assert (checked.good, checked.silent) == (1, 1)
    assert only("prs_Birthdate,con_Consent\n2015,true\n").consents == ()
    told = only("prs_Birthdate,con_Consent,consent_given_by,child_assent\n2015,true,guardian,given\n").consents
    assert {one.given_by for one in told} == {"guardian"}
    assert found("prs_Birthdate,con_Consent,consent_given_by\n1990,true,guardian\n") == [
        (2, "con_Consent", "consent_adult")
    ]


def test_a_legal_ground_stands_for_records_without_a_word_on_consent():
    intake = only("prs_Birthdate\n1990\n", legal_basis="public_interest")
    assert {(one.status, one.legal_basis) for one in intake.consents} == {("not_possible", "public_interest")}
    assert only("prs_Birthdate,con_Consent\n1990,false\n", legal_basis="public_interest").consents == ()


CTDC = "yearOfRegistration,gender,ageBroad,majorityStatus,citizenship,isForcedLabour,isSexualExploit,isOtherExploit,"
CTDC += "meansOfControlThreats,meansThreats,typeOfLabourDomesticWork,CountryOfExploitation,typeOfSexConcatenated,recruiterRelationFamily"


def test_a_row_of_the_public_data_becomes_a_case():
    intake = only(f"{CTDC}\n2016,Female,30--38,Adult,CD,1,0,-99,1,0,1,ZM,-99,-99\n")
    assert intake.registered_on == date(2016, 1, 1)
    assert intake.values == {
        "sex": "F", "age_at_registration": "30", "citizenship": "CD", "exploitation_country": "ZM",
        "tip_purpose": "forced_labour", "exploitation_main": "forced_labour", "control_methods": "threats",
        "labour_sector": "T", "case_note": "ageBroad 30--38",
    }  # fmt: skip


def test_the_public_data_claim_no_more_than_they_say():
    values = only(f"{CTDC}\n2016,Woman,-99,Minor,COL,0,0,0,0,1,0,-99,x,0\n").values
    assert values["control_methods"] == "other"
    assert values["case_note"] == "meansThreats"
    assert values["age_assessment_status"] == "presumed_child"
    assert "exploitation_main" not in values


def test_the_public_data_are_checked_too():
    assert found(f"{CTDC}\n1066,Female,31--33,Adult,CD,2,0,0,0,0,0,ZM,,0\n") == [
        (2, "yearOfRegistration", "year"),
        (2, "ageBroad", "age_band"),
        (2, "isForcedLabour", "flag"),
    ]


def test_flags_of_the_public_data_mean_nothing_in_another_file():
    assert check(source("prs_FirstName,isForcedLabour\nAnne,1\n")).ignored == ("isForcedLabour",)


def test_every_problem_has_a_sentence():
    for key in ("conflict", "guardian", "giver", "adult", "assent", "ground", "informed"):
        assert TEXTS[f"consent_{key}"]
    checked = check(source(f"{HTCDS}\n,,x,x,x,x,x\n"))
    assert isinstance(checked, Checked)
    assert len(list(check_text(checked))) == len(checked.problems) + 1


def test_pieces_keep_the_order_and_the_rest():
    rows = good_rows(source("prs_FirstName\n" + "".join(f"A{n}\n" for n in range(5))))
    assert [len(piece) for piece in pieces(rows, 2)] == [2, 2, 1]


def test_a_table_may_be_gone_through_twice():
    table = read_table(b"prs_FirstName\nAnne\n")
    assert list(table.rows()) == list(table.rows())
