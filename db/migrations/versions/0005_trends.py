"""Trends"""

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('checkpoint',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_checkpoint'))
    )
    op.create_table('snapshot',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=32), nullable=False),
    sa.Column('area_mu', sa.BigInteger(), nullable=False),
    sa.Column('farmland_mu', sa.BigInteger(), nullable=False),
    sa.Column('rectified_area_mu', sa.BigInteger(), nullable=False),
    sa.Column('rectified_farmland_mu', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['duty_id'], ['duty.id'], name=op.f('fk_snapshot_duty_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_snapshot')),
    sa.UniqueConstraint('duty_id', 'day', name=op.f('uq_snapshot_duty_id'))
    )
    with op.batch_alter_table('countystate', schema=None) as batch_op:
        batch_op.add_column(sa.Column('veto_risk_month', sa.String(), nullable=False, server_default=''))

    # the default was for the rows that are there; from now on the program says
    with op.batch_alter_table('countystate', schema=None) as batch_op:
        batch_op.alter_column('veto_risk_month', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('countystate', schema=None) as batch_op:
        batch_op.drop_column('veto_risk_month')
    op.drop_table('snapshot')
    op.drop_table('checkpoint')
