"""A reward component: how much of what was delivered is made of felt."""

from visgenenv.types import Score


def softness(trajectory):
    """Share of the delivered pictures that the felt tool has made."""
    if trajectory.answer is None:
        return Score(0.0, "nothing was delivered")
    made = {asset.url: asset.created_by for asset in trajectory.assets}
    urls = trajectory.answer.answer_url_list
    felt = sum(made.get(url) == "tool_text2image_felt" for url in urls)
    return Score(felt / max(1, len(urls)), f"{felt} of {len(urls)} are felt")
