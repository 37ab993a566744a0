"""After a change of the deployment secret: second factors sealed under an earlier one are sealed anew."""

from collections.abc import Sequence

from escalation.console.staff_file import StaffFile, opened


def reseal(path: str, key: bytes, previous: Sequence[bytes]) -> int:
    """Seal under `key` what only one of the `previous` keys opens; returns how many accounts that were."""
    if not previous:
        return 0
    done, earlier = 0, [StaffFile(path, one) for one in previous]
    with opened(StaffFile(path, key)) as rows:
        for row in rows.all():
            if rows.secret(row) is not None:
                continue
            found = (file.unseal(row["id"], row["secret"]) for file in earlier)
            secret = next((one for one in found if one is not None), None)
            if secret is not None:
                rows.set_secret(row["id"], secret)
                done += 1
    return done
