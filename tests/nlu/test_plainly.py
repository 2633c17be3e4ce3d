"""Questions of coverage in so many words."""

from __future__ import annotations

from functools import partial

import pytest

from bot.nlu.plainly import (
    asks_coverage_plainly,
    asks_of_both,
    asks_of_it,
    asks_of_list,
    asks_what_to_write,
    asks_which_of_them,
    carries_over,
)
from index.library import open_library


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Is Intune covered?", True),
        ("are Intune, Flow and Teams on the list", True),
        ("Intune or Jamf, which is certified?", True),
        ("流程自动化的 Power Automate 在范围内吗", True),
        ("这个认证包括Intune吗", True),
        ("Intune 和 Flow 哪个在列表里", True),
        ("换了名字的 Intune 呢", True),
        ("Visio 网页版", True),
        ("Visio app", True),
        ("Teams, Intune and Yammer - which of the three have the cert", True),
        ("and what about the new Intune?", True),
        ("Intune or Jamf, which one is certified by Google?", False),
        ("Is Intune covered by my insurance?", False),
        ("How do I see if Intune is covered?", False),
        ("怎么把 Intune 列在范围内", False),
        ("Is the datacenter covered?", False),
        ("Is Intune in the E5 licence?", False),
    ],
)
def test_the_form_of_the_sentence_tells(text: str, plain: bool) -> None:
    services = [each for each in open_library().names.find(text) if each.name.kind == "service"]
    assert asks_coverage_plainly(text, services) == plain


@pytest.mark.parametrize(
    ("text", "of_list"),
    [
        ("Is Salesforce on Microsoft's in-scope list for ISO 20000-1?", True),
        ("Does Microsoft's certificate cover Slack and Zoom?", True),
        ("Slack and Zoom aren't on the Microsoft in-scope list, are they?", True),
        ("Is Slack in the scope of the certificate of Microsoft?", True),
        ("企业微信在微软这份 ISO 20000-1 范围清单里吗？", True),
        ("钉钉在不在微软这份范围名单上？", True),
        ("微软的清单里有用友吗", True),
        ("Is Slack on your in-scope list?", True),
        ("does Zoom appear on the list", True),
        ("is Slack one of the in-scope services?", True),
        ("Your scope list: any mention of Slack?", True),
        ("A colleague says that Slack is named on this page. Is it?", True),
        ("We run Slack here. I take it that it isn't among the services on your list?", True),
        ("你们这个清单里有没有钉钉", True),
        ("钉钉和飞书，这页的范围列表列了哪一个？", True),
        ("钉钉能在范围内云服务里找到吗", True),
        ("想问下钉钉，微软这张证书包不包它", True),
        ("换成钉钉呢，列表里有吗", True),
        ("钉钉在不在这个 ISO 20000-1 范围内服务列表里？", True),
        ("Is Slack certified?", False),
        ("钉钉在 ISO 20000 范围内吗", False),
        ("How do I get Slack onto my phone's list of apps?", False),
        ("Does Slack have a certificate like Microsoft's?", False),
        ("Can Slack customers reuse Microsoft's certificate?", False),
        ("钉钉和微软哪个认证多", False),
    ],
)
def test_the_providers_list_may_be_asked_for_anybody(text: str, of_list: bool) -> None:
    names = open_library().names.find(text)
    provider = [each for each in names if each.name.id == "microsoft"]
    asked = [each for each in names if each.name.kind != "standard" and each not in provider]
    assert asks_of_list(text, asked, provider) == of_list


@pytest.mark.parametrize(
    ("text", "of_both"),
    [
        ("Is Slack as well as Intune covered?", True),
        ("Slack? Intune?", True),
        ("帮忙查两个：Intune、钉钉", True),
        ("钉钉像 Intune 一样有认证吗", True),
        ("Is Intune better than Slack for ISO 20000?", False),
        ("Can I move from Slack to Intune?", False),
        ("钉钉和 Intune 的认证有什么区别", False),
        ("Is Slack, which we buy through Intune, certified?", False),
    ],
)
def test_services_of_others_may_be_asked_for_beside_those_of_the_provider(text: str, of_both: bool) -> None:
    services = [each for each in open_library().names.find(text) if each.name.kind == "service"]
    assert asks_of_both(text, services) == of_both


@pytest.mark.parametrize(
    ("text", "of_them"),
    [
        ("Which are covered by ISO 20000-1?", True),
        ("and which of these has the certificate", True),
        ("Which of the three does the Microsoft certificate cover?", True),
        ("哪些有 20000-1 认证", True),
        ("其中哪几个在范围内？", True),
        ("Which audits are there?", False),
        ("Which is the certified body, and who pays?", False),
        ("哪些文档可以下载", False),
    ],
)
def test_a_sentence_may_ask_which_of_those_named_before_it(text: str, of_them: bool) -> None:
    assert asks_which_of_them(text) == of_them


@pytest.mark.parametrize(
    ("text", "of_it"),
    [
        ("Was it part of the ISO 20000-1 assessment?", True),
        ("that's certified as well yeah?", True),
        ("they fall under the 20000-1 cert, right?", True),
        ("is it on the list then?", True),
        ("they fall under the 20000-1 cert", False),
        ("and is that one certified", True),
        ("is it still within the certification?", True),
        ("does the certification cover it?", True),
        ("does the certification hold for that tool", True),
        ("Are both covered?", True),
        ("is it on there", True),
        ("are those two on the list", True),
        ("Are those documents listed?", False),
        ("在不在认证范围", True),
        ("The same is covered under ISO 20000-1 or no?", True),
        ("Still under the ISO 20000-1 certificate?", True),
        ("Also on the list?", True),
        ("Still waiting for the certificate?", False),
        ("That tool is listed, and where is the report?", False),
        ("Does the certificate cover everything?", False),
        ("它在不在认证范围里", True),
        ("有没有被纳入", True),
        ("Is it annual?", False),
        ("Is the certificate part of the audit?", False),
        ("这个认证在范围上有什么限制", False),
        ("它是什么产品", False),
    ],
)
def test_it_is_what_was_spoken_of(text: str, of_it: bool) -> None:
    assert asks_of_it(text) == of_it


@pytest.mark.parametrize(
    ("text", "carried"),
    [
        ("ok and Entra ID, our login directory?", True),
        ("Right. And the Azure Monitor that we bought together with it?", True),
        ("and Power Apps in our tenant", True),
        ("好的，那 Power BI，就是我们做报表的那个呢？", True),
        ("还有 Teams（开会用的）", True),
        ("and Azure?", False),  # the model's own part
        ("And Intune, is it tested every year?", False),
        ("and Azure, can we reuse the certificate?", False),
        ("那 Azure，证书在哪？", False),
        ("And how do we use Intune, our MDM?", False),
        ("and the datacenter that we visited?", False),
    ],
)
def test_names_are_carried_over_with_what_is_said_of_them_beside(text: str, carried: bool) -> None:
    assert carries_over(text, partial(open_library().names.find, lenient=True)) == carried


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("What should I answer in the ISO 20000-1 column?", True),
        ("So what do we put there?", True),
        ("供应商表里这一项要填什么", True),
        ("这一栏该怎么填？", True),
        ("what should I say to the auditor", False),
        ("What does the certificate say?", False),
        ("这个怎么选型", False),
    ],
)
def test_who_fills_in_a_form_asks_of_what_was_named_before(text: str, asked: bool) -> None:
    assert asks_what_to_write(text) == asked
