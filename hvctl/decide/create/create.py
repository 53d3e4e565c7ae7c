# SPDX-License-Identifier: Apache-2.0
"""Decides how a name becomes an enabled hypervisor.

The host stays closed until it is proven good.  With a compute node id of our
choice a hold on its resource provider, made before the machine boots, keeps
every guest out, and lifting it is the last step.  Without one (the user's own
user-data) the compute service is disabled as soon as it shows, and enabling
it is the last step.
"""

from __future__ import annotations

import dataclasses
import datetime

from hvctl.decide import health_test
from hvctl.decide.case import Case
from hvctl.decide.create import duplicate_servers
from hvctl.decide.create import explanations
from hvctl.decide.create import opening
from hvctl.decide.create import phase_times
from hvctl.decide.create import provision
from hvctl.decide.create import rollback
from hvctl.decide.hypervisor import assemble
from hvctl.decide.hypervisor import ownership
from hvctl.decide.hypervisor import phases
from hvctl.model import identity
from hvctl.model.hypervisor import Hypervisor, Phase, Status
from hvctl.model.ledger import Ledger
from hvctl.model.request import CreateRequest
from hvctl.model.snapshot import MachinesLook, Scope, Snapshot, WholeLook
from hvctl.model.steps import DisableService, EnableService, LiftHold, Step
from hvctl.model.verdict import Outcome, Verdict


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """The goal of ``create``: each name is an enabled hypervisor."""

    request: CreateRequest

    def scope(self, ledger: Ledger) -> Scope:
        """What the next look must reach."""
        if not ledger.looks:
            names = frozenset(self.request.hypervisors)
            return dataclasses.replace(self._usual(), server_names=names)
        if (
            ledger.last is not None
            and not ledger.given_up
            and self._all_deploying(ledger.last)
        ):
            # Deploying takes long, and until a machine is up nothing else
            # of its hypervisor changes.
            return MachinesLook(last=ledger.last)
        usual = dataclasses.replace(
            self._usual(),
            provider_ids=frozenset(
                hv.provider.id
                for hv in self._assemble(ledger.last).values()
                if hv.provider is not None and hv.opened and hv.filled
            )
            if ledger.last is not None
            else frozenset(),
        )
        if not ledger.given_up:
            return usual
        return rollback.scope(ledger, usual)

    def _all_deploying(self, snapshot: Snapshot) -> bool:
        """Whether every machine is being deployed, behind its hold."""
        return all(
            hv.provider is not None
            and not hv.duplicates
            and hv.server is not None
            and phases.status(hv).phase is Phase.BUILDING
            for hv in self._assemble(snapshot).values()
        )

    def _assemble(self, snapshot: Snapshot) -> dict[str, Hypervisor]:
        return assemble.assemble(
            snapshot,
            self.request.hypervisors,
            dict.fromkeys(self.request.hypervisors, self.request.domain),
        )

    def _usual(self) -> WholeLook:
        uuids = frozenset(self.request.aggregates)
        return WholeLook(aggregates=bool(uuids), members_of=uuids)

    def decide(
        self,
        snapshot: Snapshot,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> dict[str, Verdict]:
        """Say for each name what to do and what is waited for."""
        found = self._assemble(snapshot)
        verdicts = {
            name: rollback.take_back(name, snapshot, ledger, now)
            if name in ledger.given_up
            else self._one(snapshot, hv, ledger, now)
            for name, hv in found.items()
        }
        if snapshot.partial:
            # Enough to wait and to fail; to change something, look first.
            verdicts = {
                name: dataclasses.replace(verdict, steps=())
                for name, verdict in verdicts.items()
            }
        if not self.request.delete_on_failure:
            return verdicts
        if ledger.out_of_time is not None:
            verdicts = {
                name: verdict
                if name in ledger.given_up
                else rollback.out_of_time(verdict, ledger.out_of_time)
                for name, verdict in verdicts.items()
            }
        return {
            name: rollback.give_up(found[name], verdict, ledger)
            for name, verdict in verdicts.items()
        }

    def _one(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> Verdict:
        status = phases.status(hv)
        failure = ledger.failures.get(hv.name)
        if failure is not None:
            return Verdict.failed(status, failure.message)
        taken = ownership.holders(snapshot, hv)
        if taken:
            return Verdict.failed(status, ownership.refusal(hv.name, taken))
        strange = explanations.other_id(hv, snapshot)
        if strange is not None:
            # The hold is on the id that was chosen, so it closes nothing.
            return dataclasses.replace(
                Verdict.failed(
                    status, f'{strange}; {phases.remove_first(hv)}'
                ),
                steps=() if hv.opened else _disable(hv),
            )
        if hv.duplicates:
            return duplicate_servers.clear_up(hv, status, ledger)
        if hv.server is None:
            return provision.provision(hv, self.request, status, ledger, now)
        if status.phase is Phase.FAILED:
            if rollback.may_retry(hv, self.request.retries, ledger):
                return rollback.retry(hv.name, hv.server, status)
            questions = explanations.questions(hv, ledger)
            if questions:
                return Verdict(status=status, steps=questions)
            words = explanations.server_failed(hv, snapshot, ledger)
            if not self.request.delete_on_failure:
                words += f'; {phases.remove_first(hv)}'
            return Verdict.failed(status, words)
        if status.phase is Phase.STOPPING:
            if rollback.between_tries(hv.name, ledger):
                return Verdict(status=status)
            return Verdict.failed(
                status, f'{status.reason}; {phases.remove_first(hv)}'
            )
        still = self._overdue(hv, status, ledger, now)
        if still is not None:
            return Verdict.failed(
                status, explanations.overdue(hv, status, snapshot, still)
            )
        verdict = dataclasses.replace(
            self._open(snapshot, hv, status, ledger, now),
            node_id=hv.server.node,
        )
        still = self._stuck(hv, verdict, ledger, now)
        if still is not None:
            return Verdict.failed(
                verdict.status,
                explanations.overdue(hv, verdict.status, snapshot, still),
            )
        if self.request.wait or verdict.steps or verdict.outcome:
            return verdict
        return dataclasses.replace(
            verdict,
            outcome=Outcome(ok=True, reason=status.reason),
        )

    def _overdue(
        self,
        hv: Hypervisor,
        status: Status,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> float | None:
        """How long nothing has changed, if that is too long."""
        limits = self.request.limits
        limit = {
            Phase.BUILDING: limits.deploy,
            Phase.BOOTING: limits.boot,
            Phase.READY: None,
            Phase.ENABLED: None,
        }.get(status.phase, limits.registration)
        since = ledger.changed_at.get(hv.name)
        if limit is None or since is None:
            return None
        if ledger.statuses.get(hv.name) != status:
            # It has just changed, and its new limit begins.
            return None
        still = (now - since).total_seconds()
        return still if still > limit else None

    def _stuck(
        self,
        hv: Hypervisor,
        verdict: Verdict,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> float | None:
        """How long a good host has waited to be opened, if too long.

        Its health test has a limit of its own.
        """
        if verdict.status.phase is not Phase.READY or hv.test_guests:
            return None
        ready = ledger.first_seen.get((hv.name, Phase.READY))
        since = ledger.changed_at.get(hv.name)
        if verdict.steps or verdict.outcome or ready is None or since is None:
            return None
        still = (now - max(ready, since)).total_seconds()
        return still if still > self.request.limits.registration else None

    def _open(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        status: Status,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> Verdict:
        """Watch the machine come up, and let guests in when it is good."""
        if phases.closed_for_drain(hv):
            return Verdict.failed(
                status,
                f'{hv.name} is closed for a drain; to use it again: '
                f'{phases.COMMAND} drain --undo {hv.name}',
            )
        if status.phase is Phase.ENABLED:
            return self._enabled(hv, status, ledger)
        if status.phase is not Phase.READY:
            return Verdict(status=status, steps=self._keep_closed(hv))
        assert hv.service is not None
        if not hv.service.enabled:
            return self._enable(snapshot, hv, status, ledger, now)
        # The hold is all that is left.
        assert hv.provider is not None
        if hv.opened and hv.consumers is None:
            return Verdict(
                status=Status(
                    phase=status.phase,
                    reason='looking whether it is held or full of guests',
                    hint=status.hint,
                )
            )
        if hv.disabled_trait:
            return Verdict(status=_trait(status))
        lift = LiftHold(name=hv.name, provider_id=hv.provider.id)
        if lift in ledger.done:
            # Lifted, and full at once.
            return _done(status, ledger, hv)
        before = (
            opening.rename(hv)
            or opening.join(hv, snapshot, self.request.aggregates)
            or health_test.try_out(
                Case.of(snapshot, hv, ledger, now), self.request.health_test
            )
        )
        if before is not None:
            return before
        return Verdict(
            status=status, steps=(*phase_times.note(hv, ledger, now), lift)
        )

    def _keep_closed(self, hv: Hypervisor) -> tuple[Step, ...]:
        """Without a hold, disabling is what keeps guests out."""
        if hv.compute_id or hv.opened:
            return ()
        return _disable(hv)

    def _enable(
        self,
        snapshot: Snapshot,
        hv: Hypervisor,
        status: Status,
        ledger: Ledger,
        now: datetime.datetime,
    ) -> Verdict:
        assert hv.service is not None
        if not phases.may_enable(hv):
            return Verdict.failed(
                status,
                f'{status.reason} by somebody else; to enable it anyway: '
                f'{status.hint}',
            )
        if hv.service.updated_at is None:
            # The call would hang in Nova until the host listens.
            return Verdict(
                status=Status(
                    phase=status.phase,
                    reason='waiting for the first report of nova-compute',
                    hint=status.hint,
                )
            )
        if not hv.compute_id:
            # Nothing else keeps guests out until then.
            joining = opening.join(hv, snapshot, self.request.aggregates)
            if joining is not None:
                return joining
        enable = EnableService(name=hv.name, service_id=hv.service.id)
        noted = () if hv.compute_id else phase_times.note(hv, ledger, now)
        return Verdict(status=status, steps=(*noted, enable))

    def _enabled(
        self,
        hv: Hypervisor,
        status: Status,
        ledger: Ledger,
    ) -> Verdict:
        if not hv.compute_id and not hv.opened:
            # It came enabled and nothing holds it: look at it closed first.
            return Verdict(status=status, steps=self._keep_closed(hv))
        if hv.disabled_trait:
            return Verdict(status=_trait(status))
        return _done(status, ledger, hv)


def _disable(hv: Hypervisor) -> tuple[Step, ...]:
    """Close what is not known to be good; nothing when it is closed."""
    if hv.service is None or not hv.service.enabled:
        return ()
    return (
        DisableService(
            name=hv.name,
            service_id=hv.service.id,
            reason=identity.REASON_CREATE,
        ),
    )


def _trait(status: Status) -> Status:
    return Status(
        phase=Phase.READY,
        reason='waiting until Placement no longer has it as disabled',
        hint=status.hint,
    )


def _done(
    status: Status,
    ledger: Ledger,
    hv: Hypervisor,
) -> Verdict:
    message = '' if ledger.changed(hv.name) else 'was enabled already'
    return Verdict(
        status=Status(phase=Phase.ENABLED),
        outcome=Outcome(ok=True, reason=message),
    )
