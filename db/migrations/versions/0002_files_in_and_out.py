"""Files in and out"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('storedfile',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_storedfile'))
    )
    op.create_table('upload',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('file_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(length=32), nullable=False),
    sa.Column('chat', sa.String(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_by', sa.String(), nullable=False),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answers', sa.Integer(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('claimed_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('questions', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['storedfile.id'], name=op.f('fk_upload_file_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_upload_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload')),
    sa.UniqueConstraint('key', name=op.f('uq_upload_key'))
    )
    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.create_index('ix_upload_to_do', ['id'], unique=False, sqlite_where=sa.text("state IN ('sent', 'confirmed')"), postgresql_where=sa.text("state IN ('sent', 'confirmed')"))

    op.create_table('cellanswer',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('field', sa.String(), nullable=False),
    sa.Column('raw', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('upload_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cellanswer_person_id')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_cellanswer_upload_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cellanswer')),
    sa.UniqueConstraint('subject', 'field', 'raw', name=op.f('uq_cellanswer_subject'))
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_event_duty_id'), type_='foreignkey')

    op.execute("DELETE FROM question")  # open for half an hour at most: not worth a default for the new column
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.add_column(sa.Column('expects', sa.String(), nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('question', schema=None) as batch_op:
        batch_op.drop_column('expects')

    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_foreign_key(batch_op.f('fk_event_duty_id'), 'duty', ['duty_id'], ['id'])

    with op.batch_alter_table('upload', schema=None) as batch_op:
        batch_op.drop_index('ix_upload_to_do', sqlite_where=sa.text("state IN ('sent', 'confirmed')"), postgresql_where=sa.text("state IN ('sent', 'confirmed')"))

    op.drop_table('cellanswer')
    op.drop_table('upload')
    op.drop_table('storedfile')
