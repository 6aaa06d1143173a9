"""What the checker reports."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`kind` is one of:

    bad_frame, format     not a frame, or not to the byte as the protocol writes it
    hole                  a frame begins above the chain's place
    repeated, order       an offset delivered again, or out of order
    dropped               a range is accounted for, and a record in it did not come
    missing_gap           the same, and Kafka had lost the record: a gap should have said so
    false_gap             a gap over what Kafka still delivers
    aborted, invented     an update that no committed record stands behind
    altered               an update whose text is not the record's
    fingerprint, anchor   of a batch; of a position
    resume                a subscription did not go on where the client asked
    reset                 a reset that the test does not allow, or one that skips what may stand there
    protocol              a frame where none may be, an answer without a question
    incomplete            the client never got as far as it should
    client                the recorded client broke the rules; the receipts prove nothing
    """

    kind: str
    where: str
    detail: str

    def __str__(self):
        return f"{self.kind} at {self.where}: {self.detail}"
