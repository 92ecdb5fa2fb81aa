"""Parameters, searched by the names of their leaves."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ostiary.cloudtrail.parameters import Parameters
from ostiary.cloudtrail.tags import removed_keys, sent_tags


def test_leaves():
    """Sets, wrappers of newer calls, single values with a tag: the leaf's name is what counts."""
    assert Parameters({"instancesSet": {"items": [{"instanceId": "i-1"}, {"instanceId": "i-2"}]}}).values(
        "instanceid"
    ) == ("i-1", "i-2")
    assert Parameters({"DeleteFlowLogsRequest": {"FlowLogId": {"tag": 1, "content": "fl-1"}}}).values("flowlogid") == (
        "fl-1",
    )
    assert Parameters({"names": ["a", "b", "a"]}).values("nothing", "names") == ("a", "b")
    assert Parameters({"versionNumber": 3}).values("versionnumber") == ("3",)
    assert Parameters({"cluster": {"name": "c"}}).values("clustername") == ("c",)


def test_value_at_the_top_stands_alone():
    assert Parameters({"id": "top", "origins": {"items": [{"id": "inner"}]}}).values("id") == ("top",)


def test_hidden_values_are_no_values():
    assert Parameters({"name": "HIDDEN_DUE_TO_SECURITY_REASONS", "key": "***"}).values("name", "key") == ()
    assert Parameters({"name": "***"}).plain("name") is None


def test_plain_ignores_the_case_of_the_first_letter():
    assert Parameters({"TopicArn": "x"}).plain("topicArn") == "x"


def test_arns_in_policies_are_not_what_a_call_is_about():
    tree = {
        "bucketName": "b",
        "bucketPolicy": {"Statement": [{"Resource": "arn:aws:s3:::other"}]},
        "x": {"roleArn": "arn:aws:iam::1:role/r"},
    }
    assert Parameters(tree).arns() == ("arn:aws:iam::1:role/r",)
    assert list(Parameters(tree).named_arns()) == [("rolearn", "arn:aws:iam::1:role/r")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["tags", "tagSet", "items", "key", "value", "Tagging", "name"]), JSON, max_size=4)
)
def test_any_parameters(tree):
    parameters = Parameters(tree)
    assert all(isinstance(value, str) for value in (*parameters.values("name"), *parameters.arns()))
    assert all(isinstance(value, str) for pair in sent_tags(tree).values for value in pair)


def test_work_is_bounded():
    wide = {"x": [{"name": str(number)} for number in range(100_000)]}
    assert len(Parameters(wide).values("name")) < 5_000
    deep: dict[str, object] = {}
    for _ in range(90):
        deep = {"a": deep, "name": "n"}
    assert Parameters(deep).values("name") == ("n",)
    assert not sent_tags(deep)


TAGS = (
    {"tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]},
    {"tags": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]},
    {"tags": [{"tagKey": "a", "tagValue": "1"}, {"tagKey": "b", "tagValue": "2"}]},
    {"tags": {"a": "1", "b": "2"}},
    {"tags": {"items": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}},
    {"tagSet": {"items": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}},
    {"tagsList": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]},
    {"Tagging": {"TagSet": {"Tag": [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]}}},
    {"x-amz-tagging": "a=1&b=2"},
    {
        "tagSpecificationSet": {
            "items": [{"resourceType": "vpc", "tags": [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]}]
        }
    },
    {
        "CreateXRequest": {
            "TagSpecification": {
                "ResourceType": "x",
                "tag": 1,
                "Tag": [{"Key": "a", "Value": 1}, {"Key": "b", "Value": 2}],
            }
        }
    },
    {"createStageInput": {"tags": {"a": "1", "b": "2"}}},
)


def test_tags_in_all_shapes():
    for shape in TAGS:
        assert sent_tags(shape).values == (("a", "1"), ("b", "2")), shape


def test_tags_of_one_resource_type():
    items = [
        {"resourceType": "instance", "tags": [{"key": "a", "value": "1"}]},
        {"resourceType": "volume", "tags": [{"key": "b", "value": "2"}]},
    ]
    tree = {"tagSpecificationSet": {"items": items}}
    assert sent_tags(tree, "instance").keys == ("a",)
    assert sent_tags(tree).keys == ("a", "b")
    assert not sent_tags(tree, "subnet")


def test_tags_that_are_hidden_or_missing():
    hidden = sent_tags({"tags": [{"key": "HIDDEN_DUE_TO_SECURITY_REASONS", "value": "x"}]})
    assert (hidden.hidden, hidden.values, bool(hidden)) == (True, (), True)
    for tree in ({}, {"tags": []}, {"tags": None}, {"tag": "x"}, {"imageTag": "latest"}):
        assert not sent_tags(tree)


def test_values_that_the_log_turned_into_booleans():
    assert sent_tags({"Tag": {"Key": "a", "Value": True}}).values == (("a", "true"),)


def test_removed_keys():
    assert removed_keys({"tagKeys": ["a", "b"]}) == ("a", "b")
    assert removed_keys({}) == ()
