"""An MLflow user's script: nothing in it knows of Gradus but the tracking URI. Prints what it read back as JSON."""
import json
import math
import sys

import mlflow
import requests
from mlflow.entities import Metric, Param, RunTag
from mlflow.exceptions import MlflowException

mlflow.set_tracking_uri(sys.argv[1])
out = {}


def refused(what):
    try:
        what()
        return None
    except MlflowException as e:
        return e.error_code
    except requests.HTTPError as e:  # what artifacts raise; the answer is in its text
        return json.loads(str(e).split("Response text: ")[1])["error_code"]


mlflow.set_experiment("from python")
with mlflow.start_run(run_name="parent") as parent:
    mlflow.log_param("lr", 0.1)
    mlflow.log_params({"layers": 2, "opt": "adam"})
    mlflow.set_tag("team", "a")
    for step in range(100):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"acc": 0.5, "nan": math.nan, "inf": math.inf}, step=7)
    out["param_changed"] = refused(lambda: mlflow.log_param("lr", 0.2))
    with mlflow.start_run(run_name="child", nested=True) as child:
        mlflow.log_metric("loss", 0.25, step=1)

client = mlflow.MlflowClient()
experiment = client.get_experiment_by_name("from python")
for n in range(5):
    run = client.create_run(experiment.experiment_id, run_name=f"n{n}", tags={"n": str(n)})
    metrics = [Metric("score", n + step / 1000, 1_800_000_000_000 + step, step) for step in range(1000)]
    client.log_batch(run.info.run_id, metrics=metrics, params=[Param("n", str(n))], tags=[RunTag("kind", "batch")])
    client.set_terminated(run.info.run_id, "FAILED" if n == 4 else "FINISHED")

read = client.get_run(parent.info.run_id)
out["status"] = read.info.status
out["params"] = read.data.params
out["team"] = read.data.tags["team"]
out["metrics"] = {k: str(v) for k, v in read.data.metrics.items()}
out["history"] = [(m.step, m.value) for m in client.get_metric_history(parent.info.run_id, "loss")]
out["child_parent"] = client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id


def names(**search):
    return [r.info.run_name for r in client.search_runs([experiment.experiment_id], **search)]


out["by_metric"] = names(filter_string="metrics.score > 2 and attributes.status = 'FINISHED'", order_by=["metrics.score DESC"])
out["by_param"] = names(filter_string="params.lr = '0.1'")
out["by_tag"] = names(filter_string="tags.n IN ('1', '3')", order_by=["params.n ASC"])
out["by_like"] = names(filter_string="run_name LIKE 'n%' AND tags.kind != 'x'", order_by=["run_name DESC"])
page = client.search_runs([experiment.experiment_id], filter_string="tags.kind = 'batch'", order_by=["params.n ASC"], max_results=2)
rest = client.search_runs([experiment.experiment_id], filter_string="tags.kind = 'batch'", order_by=["params.n ASC"], max_results=10, page_token=page.token)
out["paged"] = [[r.data.params["n"] for r in page], [r.data.params["n"] for r in rest], rest.token or None]
client.delete_tag(parent.info.run_id, "team")
out["tag_deleted"] = "team" not in client.get_run(parent.info.run_id).data.tags
with mlflow.start_run(run_id=parent.info.run_id):
    mlflow.log_metric("loss", 7, step=100)
out["resumed"] = client.get_run(parent.info.run_id).data.metrics["loss"]
out["experiments"] = [e.name for e in client.search_experiments()]
for name in ("b second", "a third"):
    client.create_experiment(name)
found = client.search_experiments(filter_string="name LIKE '%n%'", order_by=["name ASC"], max_results=1)
more = client.search_experiments(filter_string="name LIKE '%n%'", order_by=["name ASC"], max_results=1, page_token=found.token)
out["searched_experiments"] = [[e.name for e in found], [e.name for e in more]]
out["unknown_run"] = refused(lambda: client.get_run("nobody"))
out["bad_filter"] = refused(lambda: names(filter_string="metrics.score >"))
out["huge_step"] = refused(lambda: client.log_metric(parent.info.run_id, "big", 1, step=2**40))
out["not_offered"] = refused(lambda: client.delete_run(parent.info.run_id))
out["registry"] = refused(lambda: client.create_registered_model("m"))
out["artifacts"] = refused(lambda: client.list_artifacts(parent.info.run_id))
out["upload"] = refused(lambda: client.log_text(parent.info.run_id, "hello", "a.txt"))
out["version"] = refused(lambda: client.create_model_version("m", "runs:/x/y"))
out["models"] = refused(lambda: client.search_registered_models())
out["tagged_experiment"] = refused(lambda: client.set_experiment_tag(experiment.experiment_id, "a", "b"))
print(json.dumps(out))
