"""The first schema: petitions, decisions, reviews, accounts, tokens, models, rulebooks, and the trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.store.schema import Moment

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None
APPEND_ONLY = ("decisions", "reviews", "disagreements", "rulebooks", "models", "audit")


def upgrade() -> None:
    """All tables, those first that others refer to; then the triggers."""
    for create in (
        _accounts,
        _audit,
        _models,
        _petitions,
        _rule_uses,
        _rulebooks,
        _tokens,
        _decisions,
        _disagreements,
        _petition_texts,
        _recipients,
        _decision_texts,
        _reviews,
    ):
        create()
    for table in APPEND_ONLY:
        _keep(table)


def downgrade() -> None:
    """There is nothing before the first schema."""
    raise NotImplementedError("the first schema cannot be taken back; remove the database instead")


def _keep(table: str) -> None:
    """No row of `table` is ever changed or deleted."""
    if op.get_bind().dialect.name == "sqlite":
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_kept()"
    )


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=80), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("who", sa.String(length=200), nullable=False),
        sa.Column("did", sa.String(length=80), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=True),
        sa.Column("what", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
    )
    op.create_index("ix_audit_did_at", "audit", ["did", "at"])
    op.create_index("ix_audit_petition_id", "audit", ["petition_id"])


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=80), nullable=False),
        sa.Column("event", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_models"),
    )


def _petitions() -> None:
    op.create_table(
        "petitions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received", sa.Date(), nullable=False),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("band", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=True),
        sa.Column("lead", sa.String(length=80), nullable=True),
        sa.Column("pressing", sa.Integer(), nullable=False),
        sa.Column("certainty", sa.Double(), nullable=False),
        sa.Column("disagreement", sa.Boolean(), nullable=False),
        sa.Column("suspect", sa.Boolean(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("assigned_at", Moment(), nullable=True),
        sa.Column("settled_at", Moment(), nullable=True),
        sa.Column("purged_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_petitions"),
        sa.UniqueConstraint("external_id", name="uq_petitions_external_id"),
    )
    op.create_index("ix_petitions_received", "petitions", ["received"])
    op.create_index("ix_petitions_settled_at_id", "petitions", ["settled_at", "id"])
    op.create_index("ix_petitions_state_certainty_id", "petitions", ["state", "certainty", "id"])
    op.create_index("ix_petitions_state_pressing_received_id", "petitions", ["state", "pressing", "received", "id"])
    op.create_index("ix_petitions_state_received_id", "petitions", ["state", "received", "id"])


def _rule_uses() -> None:
    op.create_table(
        "rule_uses",
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("last_hit", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("rule", name="pk_rule_uses"),
    )


def _rulebooks() -> None:
    op.create_table(
        "rulebooks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("activated_at", Moment(), nullable=False),
        sa.Column("activated_by", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rulebooks"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.Column("created_at", Moment(), nullable=False),
        sa.Column("expires_at", Moment(), nullable=False),
        sa.Column("revoked_at", Moment(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("digest", name="uq_tokens_digest"),
    )


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("origin", sa.String(length=80), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("made_by", sa.String(length=200), nullable=False),
        sa.Column("band", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=True),
        sa.Column("lead", sa.String(length=80), nullable=True),
        sa.Column("certainty", sa.Double(), nullable=False),
        sa.Column("agreement", sa.String(length=80), nullable=False),
        sa.Column("unfamiliar", sa.Boolean(), nullable=False),
        sa.Column("unseen", sa.Double(), nullable=False),
        sa.Column("code", sa.String(length=80), nullable=False),
        sa.Column("rulebook", sa.String(length=80), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name="fk_decisions_petition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("petition_id", "number", name="uq_decisions_petition_id_number"),
    )
    op.create_index("ix_decisions_made_at_origin", "decisions", ["made_at", "origin"])


def _disagreements() -> None:
    op.create_table(
        "disagreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=True),
        sa.Column("shadow", sa.String(length=80), nullable=True),
        sa.Column("asked", sa.String(length=80), nullable=False),
        sa.Column("said", sa.String(length=80), nullable=True),
        sa.Column("shadow_said", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name="fk_disagreements_petition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_disagreements"),
    )
    op.create_index("ix_disagreements_shadow_at", "disagreements", ["shadow", "at"])


def _petition_texts() -> None:
    op.create_table(
        "petition_texts",
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=200), nullable=False),
        sa.Column("received_at", sa.Date(), nullable=True),
        sa.Column("respondents", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name="fk_petition_texts_petition_id"),
        sa.PrimaryKeyConstraint("petition_id", name="pk_petition_texts"),
    )


def _recipients() -> None:
    op.create_table(
        "recipients",
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("department", sa.String(length=80), nullable=False),
        sa.Column("part", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name="fk_recipients_petition_id"),
        sa.PrimaryKeyConstraint("petition_id", "department", name="pk_recipients"),
    )
    op.create_index("ix_recipients_department_part_petition_id", "recipients", ["department", "part", "petition_id"])


def _decision_texts() -> None:
    op.create_table(
        "decision_texts",
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("decision", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_decision_texts_decision_id"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decision_texts"),
    )


def _reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("petition_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=80), nullable=False),
        sa.Column("category", sa.String(length=80), nullable=True),
        sa.Column("kind", sa.String(length=80), nullable=True),
        sa.Column("department", sa.String(length=80), nullable=True),
        sa.Column("reason", sa.String(length=80), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("clerk", sa.String(length=200), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_reviews_decision_id"),
        sa.ForeignKeyConstraint(["outcome_id"], ["decisions.id"], name="fk_reviews_outcome_id"),
        sa.ForeignKeyConstraint(["petition_id"], ["petitions.id"], name="fk_reviews_petition_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.UniqueConstraint("petition_id", "version", name="uq_reviews_petition_id_version"),
    )
    op.create_index("ix_reviews_at", "reviews", ["at"])
