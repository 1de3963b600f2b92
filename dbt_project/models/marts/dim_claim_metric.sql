-- `query_sql`: where the values can be read in a release, ready to run there. Of a metric about one complex for
-- every complex, with the status of the figure; claim_measure has the claimed ones.
select
    metric,
    name_ko,
    name_en,
    unit,
    unit_en,
    dimension,
    model,
    series,
    trend_measure,
    status_measure,
    growth_of,
    definition_ko,
    definition_en,
    case
        when model = 'one_complex'
            then 'SELECT complex_id, ''complex_row'' AS definition, period, ' || trend_measure || ' AS value, '
                || trend_measure || '_status AS obs_status, break_ids, NULL AS why_en, NULL AS why_ko, is_simulated '
                || 'FROM complex_quarterly'
                || case when trend_measure in ('production_krw_100m', 'exports_usd_m')
                    then ' UNION ALL SELECT complex_id, ''complex_row'', left(period, 4), '
                        || 'CASE WHEN bool_and(' || trend_measure || '_status = ''A'') THEN sum('
                        || trend_measure || ' ORDER BY period) END, '
                        || 'CASE WHEN bool_or(' || trend_measure || '_status = ''Q'') THEN ''Q'' '
                        || 'WHEN bool_or(' || trend_measure || '_status = ''O'') THEN ''O'' '
                        || 'ELSE max(' || trend_measure || '_status) END, '
                when trend_measure like '%_count'
                    then ' UNION ALL SELECT complex_id, ''complex_row'', left(period, 4), '
                        || 'max(CASE WHEN period LIKE ''%Q4'' THEN ' || trend_measure || ' END), '
                        || 'max(CASE WHEN period LIKE ''%Q4'' THEN ' || trend_measure || '_status END), '
                else '' end
                || case when trend_measure not like '%_pct'
                    then 'nullif({{ all_break_ids("break_ids") | replace("'", "''") }}, ''''), NULL, NULL, bool_or(is_simulated) '
                        || 'FROM complex_quarterly GROUP BY complex_id, left(period, 4) HAVING count(*) = 4'
                else '' end
        when model = 'one_complex_growth'
            then 'SELECT complex_id, ''growth_as_published'' AS definition, period, growth_pct AS value, '
                || 'growth_pct_status AS obs_status, break_ids, NULL AS why_en, NULL AS why_ko, is_simulated '
                || 'FROM growth_quarterly WHERE measure = ''' || trend_measure
                || ''' AND industry_code = ''_T'' AND comparison = ''yoy'' AND complex_id <> ''_T'' '
                || 'UNION ALL SELECT complex_id, ''like_for_like'', period, growth_lfl_pct, growth_lfl_pct_status, '
                || 'break_ids, lfl_reason, lfl_reason_ko, is_simulated '
                || 'FROM growth_quarterly WHERE measure = ''' || trend_measure
                || ''' AND industry_code = ''_T'' AND comparison = ''yoy'' AND complex_id <> ''_T'''
        when model = 'one_complex_share'
            then 'SELECT complex_id, ''share_of_total'' AS definition, period, value, obs_status, break_ids, '
                || 'NULL AS why_en, NULL AS why_ko, is_simulated FROM cluster_kpi WHERE kpi = '''
                || substr(metric, 9) || ''' AND industry_code = ''_T'' AND size_class = ''_T'''
        when model = 'national_share'
            then 'SELECT definition, period, share_pct AS value FROM national_share WHERE metric = '''
                || metric || ''' AND share_pct IS NOT NULL'
        when model = 'growth'
            then 'SELECT l.definition, l.period, (l.value / b.value - 1) * 100 AS value FROM claim_measure l '
                || 'JOIN claim_measure b ON b.metric = l.metric AND b.definition = l.definition '
                || 'AND b.period = CAST(CAST(left(l.period, 4) AS INTEGER) - 1 AS VARCHAR) || substr(l.period, 5) '
                || 'WHERE l.metric = ''' || growth_of || ''' AND b.value <> 0 '
                || 'AND NOT starts_with(l.source, ''derived'') AND NOT starts_with(b.source, ''derived'')'
        when model = 'complex_list'
            then 'SELECT ''trend_total'' AS definition, period, CAST(count(*) AS DOUBLE) AS value '
                || 'FROM complex_quarterly GROUP BY period'
        when trend_measure is not null
            then 'SELECT ''trend_total'' AS definition, period, ' || trend_measure || ' AS value '
                || 'FROM national_total_quarterly WHERE ' || trend_measure || '_status = ''A'''
        when status_measure in ('exports_usd_m', 'production_krw_100m')
            then 'SELECT ''status_total'' AS definition, period, sum(' || status_measure || ') AS value '
                || 'FROM complex_status_quarterly WHERE is_top_level GROUP BY period '
                || 'HAVING bool_and(' || status_measure || '_status = ''A'')'
        when status_measure is not null
            then 'SELECT ''status_total'' AS definition, period, ' || status_measure || ' AS value '
                || 'FROM complex_status_total_quarterly WHERE complex_type = ''_T'' AND province_code = ''_T'''
        when series is not null
            then 'SELECT source || '', '' || print AS definition, period, value, unit FROM published_figure '
                || 'WHERE series = ''' || series || ''''
    end as query_sql,
    words,
    needs_ko,
    needs_en,
    sort_order
from {{ ref('claim_metrics') }}
