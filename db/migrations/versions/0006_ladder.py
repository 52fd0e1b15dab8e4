"""Letters of the ladder"""

import sqlalchemy as sa
from alembic import op


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('letter',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('trigger', sa.String(), nullable=False),
    sa.Column('drafted_on', sa.Date(), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('to_ids', sa.JSON(), nullable=False),
    sa.Column('copy_ids', sa.JSON(), nullable=False),
    sa.Column('named_ids', sa.JSON(), nullable=False),
    sa.Column('answer_by', sa.Date(), nullable=True),
    sa.Column('serial', sa.Integer(), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('why', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_letter_decided_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_letter_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter')),
    sa.UniqueConstraint('key', name=op.f('uq_letter_key'))
    )
    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letter_state'), ['state'], unique=False)
    op.create_table('letterduty',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('letter_id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('trigger', sa.String(), nullable=False),
    sa.Column('reported_then_mu', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['duty_id'], ['duty.id'], name=op.f('fk_letterduty_duty_id')),
    sa.ForeignKeyConstraint(['letter_id'], ['letter.id'], name=op.f('fk_letterduty_letter_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letterduty')),
    sa.UniqueConstraint('duty_id', 'due_on', 'step', name=op.f('uq_letterduty_duty_id'))
    )
    with op.batch_alter_table('letterduty', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_letterduty_letter_id'), ['letter_id'], unique=False)


def downgrade() -> None:
    op.drop_table('letterduty')
    op.drop_table('letter')
