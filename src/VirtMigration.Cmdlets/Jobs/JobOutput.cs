using System.Management.Automation;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets.Jobs;

/// <summary>What a command says, in the streams of a job: what is of a VM in its child job's, the rest in the job's own. Only on the job's
/// thread.</summary>
/// <param name="job">The job.</param>
internal sealed class JobOutput(MigrationJob job) : ICommandOutput
{
    public CancellationToken Stopped => CancellationToken.None;

    public void WriteObject(Guid? vm, object value) => JobStreams.Add(For(vm).Output, PSObject.AsPSObject(value));

    public void WriteError(Guid? vm, ErrorRecord error)
    {
        if (Child(vm) is MigrationChildJob child)
        {
            child.Add(error);
        }
        else
        {
            job.Add(error);
        }
    }

    public void WriteWarning(Guid? vm, string text) => JobStreams.Add(For(vm).Warning, new(text));

    public void WriteVerbose(Guid? vm, string text) => JobStreams.Add(For(vm).Verbose, new(text));

    public void WriteProgress(Guid? vm, ProgressRecord record) => JobStreams.AddNewest(For(vm).Progress, record);

    public void Tell(string line) => WriteWarning(null, line);

    public void Starting(MigrationPlan plan) => Child(plan.Uuid)?.Starting(plan);

    public void Status(Guid vm, string text) => Child(vm)?.Status(text);

    public void Ended(Guid vm, string lastWord) => Child(vm)?.End(lastWord);

    private Job For(Guid? vm) => Child(vm) ?? (Job)job;

    // A child that has ended takes no more: what comes late is the job's own.
    private MigrationChildJob? Child(Guid? vm) => vm is Guid id && job.Child(id) is { HasEnded: false } child ? child : null;
}
