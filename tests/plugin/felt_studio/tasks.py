"""A task set: a sequence that writes its tasks when somebody looks."""

from collections.abc import Sequence

from visgenenv.tasks import task_from_dict

ANIMALS = ("fox", "cat", "rabbit", "bear", "owl", "dog")


class FeltTasks(Sequence):
    """One task for each animal."""

    def __len__(self):
        return len(ANIMALS)

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        animal = ANIMALS[index]
        row = {
            "id": f"felt/{animal}",
            "lang": "en",
            "query": f"I need a picture of a felt {animal}.",
            "type": "image.1",
            "modality": "image",
            "attributes": [f"a {animal}"],
            "tool_pool": ["tool_text2image_felt", "tool_text2image_gemini"],
            "reference_length": 1,
        }
        return task_from_dict(row)
