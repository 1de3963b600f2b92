-- every cell of every vintage, as landed; nothing is left out here
select
    cast(dataset as string) as dataset,
    cast(snapshot_id as string) as snapshot_id,
    cast(table_id as string) as table_id,
    cast(table_no as integer) as table_no,
    coalesce(cast(sheet as string), '') as sheet,
    cast(cell as string) as cell,
    cast(complex_raw as string) as complex_raw,
    cast(complex_id as string) as complex_id,
    cast(industry_raw as string) as industry_raw,
    cast(industry_code as string) as industry_code,
    cast(size_class as string) as size_class,
    cast(sex as string) as sex,
    cast(measure as string) as landed_measure,
    cast(relation as string) as relation,
    cast(freq as string) as freq,
    cast(period as string) as period,
    cast(publication_period as string) as publication_period,
    cast(unit_raw as string) as unit_raw,
    cast(value as double) as landed_value,
    cast(value_raw as string) as value_raw,
    cast(obs_status as string) as obs_status,
    cast(conf_status as string) as conf_status,
    -- day of the first sight where the publisher's day is not known
    coalesce(cast(published_at as date), cast(loaded_at as date)) as published_at,
    cast(loaded_at as timestamp) as loaded_at,
    cast(is_simulated as boolean) as is_simulated,
    -- the CSV editions are one dataset a table; they repeat the workbook with 10 digits
    right(dataset, 4) = '_csv' as is_csv_edition
from {{ landed('observations') }} as cells
