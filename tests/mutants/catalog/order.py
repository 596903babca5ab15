"""What must come first: durable before touched, claimed before sent, kept before let go."""

from __future__ import annotations

from tests.mutants.catalog.mutant import Mutant

ORDER = (
    Mutant(
        "acts before the decision is durable",
        "worker/engine/turn.py",
        "            if not await parts.documents.save(decision.document, loaded.version):\n",
        "            for intent in decision.perform:\n"
        "                await parts.carry_out.carry_out(document.subject, intent, now_s)\n"
        "            if not await parts.documents.save(decision.document, loaded.version):\n",
    ),
    Mutant(
        "acknowledges before the save",
        "worker/engine/accept.py",
        "            all(subject in saved.durable for subject, _ in one.news)\n",
        "            True\n",
    ),
    Mutant(
        "saves the document without an index entry",
        "worker/engine/accept.py",
        "                await self._index.add(saves.keys())\n",
        "",
    ),
    Mutant(
        "a turn saves without an index entry",
        "worker/engine/turn.py",
        "            await parts.index.add([document.subject])\n",
        "",
    ),
    Mutant(
        "leaves the index without asking the document",
        "worker/engine/departure.py",
        "        if not await self._documents.save(departed, loaded.version):\n"
        "            return False\n",
        "",
    ),
    Mutant(
        "a save that was lost counts as won",
        "worker/engine/documents.py",
        "        return save.key in await self.store.save([save])\n",
        "        await self.store.save([save])\n        return True\n",
    ),
    Mutant(
        "a scope's lost save counts as won",
        "worker/engine/scopes.py",
        "                if save.key in await self._store.save([save]):\n",
        "                if await self._store.save([save]) is not None:\n",
    ),
    Mutant(
        "sends without a claim",
        "worker/engine/carry_out.py",
        "        if refused is not None:\n",
        "        if False:\n",
    ),
    Mutant(
        "published is told before it is published",
        "worker/engine/settle.py",
        "                    await self._journal.publish(document.subject.text, some)\n",
        "                    await asyncio.sleep(0)\n",
    ),
)
