"""What must come first: durable before touched, claimed before sent, kept before let go."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

SEVERAL = "tests/simulation/test_several.py"
SCHEDULES = "tests/simulation/test_schedules.py"
DEPARTURES = "tests/simulation/test_departures.py"
CLAIMS = "tests/simulation/test_claims.py"

ORDER = (
    Mutant(
        "acts before the decision is durable",
        "worker/engine/turn.py",
        "            if not await parts.documents.save(decision.document, loaded.version):\n",
        "            for intent in decision.perform:\n"
        "                await parts.carry_out.carry_out(document.subject, intent, now_s)\n"
        "            if not await parts.documents.save(decision.document, loaded.version):\n",
        (SCHEDULES,),
    ),
    Mutant(
        "acknowledges before the save",
        "worker/engine/accept.py",
        "                    saved = await self._save(grouped)\n",
        "                    saved = Saved(frozenset(grouped), frozenset(grouped))\n"
        "                    asyncio.ensure_future(self._save(grouped))\n",
        (SCHEDULES,),
    ),
    Mutant(
        "acknowledges what could not be saved",
        "worker/engine/accept.py",
        "                return [False] * len(deliveries)\n",
        "                return [True] * len(deliveries)\n",
        (SCHEDULES,),
    ),
    Mutant(
        "saves the document without an index entry",
        "worker/engine/accept.py",
        "                await self._index.add(saves.keys())\n",
        "",
        (DEPARTURES,),
    ),
    Mutant(
        "a turn saves without an index entry",
        "worker/engine/turn.py",
        "            await parts.index.add([document.subject])\n",
        "",
        (DEPARTURES,),
    ),
    Mutant(
        "leaves the index without asking the document",
        "worker/engine/departure.py",
        "        if not await self._documents.save(departed, loaded.version):\n"
        "            return False\n",
        "",
        (DEPARTURES,),
    ),
    Mutant(
        "a save that was lost counts as won",
        "worker/engine/documents.py",
        "        return save.key in await self.store.save([save])\n",
        "        await self.store.save([save])\n        return True\n",
        (SCHEDULES,),
    ),
    Mutant(
        "a scope's lost save counts as won",
        "worker/engine/scopes.py",
        "                if save.key in await self._store.save([save]):\n",
        "                if await self._store.save([save]) is not None:\n",
        (CLAIMS,),
    ),
    Mutant(
        "sends without a claim",
        "worker/engine/carry_out.py",
        "        if refused is not None:\n",
        "        if False:\n",
        (SEVERAL,),
    ),
    Mutant(
        "published is told before it is published",
        "worker/engine/settle.py",
        "                    await self._journal.publish(document.subject.text, some)\n",
        "                    await asyncio.sleep(0)\n",
        (SCHEDULES,),
    ),
)
