//! A rollout as a job of GitHub Actions.

use super::Rollout;

/// The job, to stand below `jobs:` of a workflow. `folder` is the root's, from that of the
/// repository. A step of the rollout is a step of the job, so that the page of a run says how far
/// it came.
pub fn workflow(rollout: &Rollout, folder: &str) -> String {
    let Rollout { label, root, .. } = rollout;
    let output = rollout.output();
    let region = rollout.region.as_deref().unwrap_or("${{ vars.AWS_REGION }}");
    let name = root.replace('/', "-");
    let mut text = format!(
        "\
# Below `jobs:`, after what applies the root. The variable ROLLOUT_ROLE_ARN names the role it has.
rollout:
  runs-on: ubuntu-latest
  permissions:
    contents: read
    id-token: write
  # One after the other: a task that is run twice at once is nobody's intent.
  concurrency: rollout-{name}
  steps:
    - uses: actions/checkout@v4
    - uses: aws-actions/configure-aws-credentials@v4
      with:
        aws-region: {region}
        role-to-assume: ${{{{ vars.ROLLOUT_ROLE_ARN }}}}
    - uses: hashicorp/setup-terraform@v3
      with:
        terraform_wrapper: false
    - name: Ask what was applied
      run: |
        terraform -chdir={folder} init -input=false
        terraform -chdir={folder} output -json {output} > \"$RUNNER_TEMP/rollout.json\"
"
    );
    for step in &rollout.steps {
        text.push_str(&format!(
            "    - name: {step}\n      run: stackwright rollout {label} --stack {root} --step {step} --told \"$RUNNER_TEMP/rollout.json\"\n",
            step = step.label
        ));
    }
    text
}
