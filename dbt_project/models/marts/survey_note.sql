select
    snapshot_id,
    sheet,
    cell,
    item,
    period,
    value,
    text,
    published_at,
    is_latest,
    is_simulated
from {{ ref('int_survey_notes_selected') }}
