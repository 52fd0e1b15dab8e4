"""The life of a duty"""

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('case',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('town', sa.String(), nullable=False),
    sa.Column('what', sa.String(), nullable=False),
    sa.Column('area_mu', sa.BigInteger(), nullable=False),
    sa.Column('farmland_mu', sa.BigInteger(), nullable=False),
    sa.Column('found_on', sa.Date(), nullable=False),
    sa.Column('found_by_id', sa.Integer(), nullable=False),
    sa.Column('filed_on', sa.Date(), nullable=True),
    sa.Column('file_no', sa.String(), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('decision', sa.String(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=True),
    sa.Column('withdrawn', sa.Boolean(), nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['duty_id'], ['duty.id'], name=op.f('fk_case_duty_id')),
    sa.ForeignKeyConstraint(['found_by_id'], ['person.id'], name=op.f('fk_case_found_by_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_case_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_case')),
    sa.UniqueConstraint('number', name=op.f('uq_case_number'))
    )
    with op.batch_alter_table('case', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_case_region_id'), ['region_id'], unique=False)

    op.create_table('commitment',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('region_id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=True),
    sa.Column('workstream', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('meeting', sa.String(), nullable=False),
    sa.Column('said_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('area_mu', sa.BigInteger(), nullable=False),
    sa.Column('by_farmland', sa.Boolean(), nullable=False),
    sa.Column('reported_then_mu', sa.BigInteger(), nullable=False),
    sa.Column('accepted_then_mu', sa.BigInteger(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('withdrawn', sa.Boolean(), nullable=False),
    sa.Column('known_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['duty_id'], ['duty.id'], name=op.f('fk_commitment_duty_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_commitment_person_id')),
    sa.ForeignKeyConstraint(['region_id'], ['region.id'], name=op.f('fk_commitment_region_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitment'))
    )
    with op.batch_alter_table('commitment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_commitment_region_id'), ['region_id'], unique=False)

    op.create_table('unitreport',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('done_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['duty_id'], ['duty.id'], name=op.f('fk_unitreport_duty_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_unitreport_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unitreport')),
    sa.UniqueConstraint('duty_id', 'unit', name=op.f('uq_unitreport_duty_id'))
    )
    with op.batch_alter_table('unitreport', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unitreport_duty_id'), ['duty_id'], unique=False)

    op.create_table('evidence',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('duty_id', sa.Integer(), nullable=True),
    sa.Column('case_id', sa.Integer(), nullable=True),
    sa.Column('event_id', sa.Integer(), nullable=True),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('album', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('unique_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('media_type', sa.String(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('phase', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said_in', sa.String(), nullable=False),
    sa.Column('sha256', sa.String(), nullable=False),
    sa.Column('stored_as', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('try_after', sa.DateTime(timezone=True), nullable=True),
    sa.Column('gone', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_evidence_event_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_evidence_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence'))
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_act'), ['act'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_album'), ['album'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_case_id'), ['case_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_evidence_duty_id'), ['duty_id'], unique=False)
        batch_op.create_index('ix_evidence_said_in_person_id', ['said_in', 'person_id'], unique=False)
        batch_op.create_index('ix_evidence_to_copy', ['id'], unique=False, sqlite_where=sa.text("stored_as = '' AND gone = ''"), postgresql_where=sa.text("stored_as = '' AND gone = ''"))

    with op.batch_alter_table('duty', schema=None) as batch_op:
        batch_op.add_column(sa.Column('stopped_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('stopped_days', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('resumes_as', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('declined', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('milestones', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('transfer_to_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('merged_into_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('notice_until', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('rechecked_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('each_unit', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(batch_op.f('fk_duty_transfer_to_id'), 'region', ['transfer_to_id'], ['id'])

    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.add_column(sa.Column('chat', sa.String(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('album', sa.String(), nullable=False, server_default=''))

    # the defaults were for the rows that are there; from now on the program says
    with op.batch_alter_table('duty', schema=None) as batch_op:
        batch_op.alter_column('stopped_days', server_default=None)
        batch_op.alter_column('each_unit', server_default=None)
        batch_op.alter_column('declined', server_default=None)
        batch_op.alter_column('milestones', server_default=None)
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.alter_column('chat', server_default=None)
        batch_op.alter_column('album', server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.drop_column('album')
        batch_op.drop_column('chat')

    with op.batch_alter_table('duty', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_duty_transfer_to_id'), type_='foreignkey')
        batch_op.drop_column('each_unit')
        batch_op.drop_column('milestones')
        batch_op.drop_column('declined')
        batch_op.drop_column('rechecked_on')
        batch_op.drop_column('notice_until')
        batch_op.drop_column('merged_into_id')
        batch_op.drop_column('transfer_to_id')
        batch_op.drop_column('resumes_as')
        batch_op.drop_column('stopped_days')
        batch_op.drop_column('stopped_on')

    op.drop_table('evidence')
    op.drop_table('unitreport')
    op.drop_table('commitment')
    op.drop_table('case')
