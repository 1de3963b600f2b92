-- One row a complex and quarter, from the edition that holds.
select
    status_complex_id,
    period,
    snapshot_id,
    sheet,
    name_cell,
    seq,
    complex_type,
    province_code,
    sigungu_ko,
    name_ko,
    name_raw,
    former_name_ko,
    renewal,
    level,
    parent_id,
    whole_id,
    is_straddling,
    development_status,
    {%- for column in status_columns() %}
    {{ column.name }},
    {{ column.name }}_status,
    {%- endfor %}
    is_simulated
from {{ ref('int_status_editions_pivoted') }}
where is_latest
