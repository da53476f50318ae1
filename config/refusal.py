"""How a validator says no with a sentence of its own."""


class Refusal(ValueError):
    """A value is refused. `code` names the sentence in the catalogues, `facts` fill it.

    Raise it inside a pydantic validator, e.g. `raise Refusal("BR-1023")`. The loader adds the facts `where` (file and
    line), `path` (the dotted key) and `value`. A plain ValueError works too; its own text is then shown in both
    languages.
    """

    def __init__(self, code: str, **facts: object) -> None:
        self.code = code
        self.facts = {name: str(fact) for name, fact in facts.items()}
        super().__init__(" ".join((code, *self.facts.values())))
