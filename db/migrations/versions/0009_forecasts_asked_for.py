"""Forecasts that somebody asked for in the chat; what has no plan, by an index"""

import sqlalchemy as sa
from alembic import op


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('forecastorder',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('chat', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_forecastorder_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_forecastorder'))
    )
    with op.batch_alter_table('forecastorder', schema=None) as batch_op:
        batch_op.create_index('ix_forecastorder_to_do', ['id'], unique=False, sqlite_where=sa.text('done_at IS NULL'), postgresql_where=sa.text('done_at IS NULL'))
    with op.batch_alter_table('duty', schema=None) as batch_op:
        batch_op.create_index('ix_duty_unplanned', ['status', 'issued_on'], unique=False, sqlite_where=sa.text("measures = ''"), postgresql_where=sa.text("measures = ''"))


def downgrade() -> None:
    with op.batch_alter_table('duty', schema=None) as batch_op:
        batch_op.drop_index('ix_duty_unplanned')
    op.drop_table('forecastorder')
