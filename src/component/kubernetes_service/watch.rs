//! How a program is watched: by Prometheus, its alerts, and Grafana.

use super::*;

impl KubernetesService {
    /// What is scraped listens somewhere, and an alert is heard by an operator.
    pub(super) fn check_watch(&self, check: &Check<'_>) {
        if let Some(metrics) = &self.metrics
            && !self.process.rows.values().any(|process| process.port.is_some())
        {
            missing(check, &metrics.origin, "no process listens on a port", "give one a `port`");
        }
        for alert in self.alert.rows.values() {
            if alert.expr.trim().is_empty() {
                let help = "write the query whose finds are told of";
                missing(check, &alert.origin, "it is never told", help);
            }
        }
    }

    /// The objects, and the files that they are in.
    pub(super) fn watch(&self, label: &str, name: &str) -> Vec<(&'static str, Json)> {
        let namespace = self.namespace(label);
        let of = |api, kind| object(api, kind, name, Some(&namespace));
        let mut objects = Vec::new();
        if let Some(metrics) = self.metrics.as_ref().filter(|it| *it.by == Discovery::PodMonitor) {
            let ports: Vec<&str> = self
                .process
                .iter()
                .filter(|(_, it)| it.port.is_some())
                .map(|(label, _)| label)
                .collect();
            let mut parts = ports;
            parts.sort_unstable();
            let spec = json!({
                "selector": {
                    "matchExpressions": [{
                        "key": "app.kubernetes.io/component", "operator": "In", "values": parts,
                    }],
                    "matchLabels": {"app.kubernetes.io/name": name},
                },
                "podMetricsEndpoints": [{
                    "port": "http",
                    "path": metrics.path.as_str(),
                    "interval": metrics.interval.as_str(),
                }],
            });
            objects.push(("pod-monitor.yaml", with(of(MONITORING, "PodMonitor"), "spec", spec)));
        }
        if !self.alert.is_empty() {
            let mut alerts: Vec<_> = self.alert.iter().collect();
            alerts.sort_by_key(|(label, _)| *label);
            let rules = alerts.into_iter().map(|(label, alert)| {
                json!({
                    "alert": label,
                    "expr": alert.expr.trim(),
                    "for": alert.wait.as_str(),
                    "labels": {"severity": alert.severity.as_str()},
                    "annotations": {"summary": alert.summary.as_str()},
                })
            });
            let spec = json!({"groups": [{"name": name, "rules": rules.collect::<Vec<_>>()}]});
            objects.push(("alerts.yaml", with(of(MONITORING, "PrometheusRule"), "spec", spec)));
        }
        if !self.panel.is_empty() {
            let mut dashboard = self.dashboard(name);
            // Grafana's sidecar finds dashboards by this label.
            let mut map = object("v1", "ConfigMap", &format!("{name}-dashboard"), Some(&namespace));
            if let Some(Json::Object(metadata)) = map.get_mut("metadata") {
                metadata.insert("labels".to_owned(), json!({"grafana_dashboard": "1"}));
            }
            dashboard.push('\n');
            let file = format!("{name}.json");
            objects.push(("dashboard.yaml", with(map, "data", json!({file: dashboard}))));
        }
        objects
    }

    /// A dashboard as Grafana imports it (Grafana, "Dashboard JSON model").
    fn dashboard(&self, name: &str) -> String {
        const SOURCE: &str = "${datasource}";
        let source = || json!({"type": "prometheus", "uid": SOURCE});
        let panels = self.panel.iter().zip(0_i64..).map(|((_, panel), at)| {
            let target = json!({"refId": "A", "datasource": source(), "expr": panel.expr.trim()});
            let target = with(target, "legendFormat", panel.legend.as_ref().map(|it| it.0.clone()));
            json!({
                "id": at + 1,
                "type": "timeseries",
                "title": panel.title.as_str(),
                "datasource": source(),
                "gridPos": {"x": at % 2 * 12, "y": at / 2 * 8, "w": 12, "h": 8},
                "fieldConfig": {"defaults": {"unit": panel.unit.as_str()}, "overrides": []},
                "targets": [target],
            })
        });
        let variable = json!({"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Prometheus"});
        let dashboard = json!({
            "uid": name,
            "title": name,
            "schemaVersion": 39,
            "editable": false,
            "time": {"from": "now-6h", "to": "now"},
            "timezone": "utc",
            "templating": {"list": [variable]},
            "panels": panels.collect::<Vec<_>>(),
        });
        serde_json::to_string_pretty(&dashboard).unwrap_or_default()
    }
}

const MONITORING: &str = "monitoring.coreos.com/v1";
