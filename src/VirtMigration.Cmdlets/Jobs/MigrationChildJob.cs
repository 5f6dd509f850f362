using System.Management.Automation;
using VirtMigration.Planning;

namespace VirtMigration.Cmdlets.Jobs;

/// <summary>One VM of a <see cref="MigrationJob"/>: it is not started while the VM waits for its turn, and ends as its migration ends.
/// Its streams are filled, and its state is set, by the thread of its parent alone.</summary>
public sealed class MigrationChildJob : Job
{
    private readonly Action<Guid> _stop;
    private int _open;
    private bool _failed;
    private bool _stopped;
    private volatile bool _ended;
    private volatile JobVm _vm;
    private volatile string _status = "waiting: its turn has not come yet";

    internal MigrationChildJob(string command, JobVm vm, int times, Action<Guid> stop)
        : base(command, vm.Name)
    {
        _stop = stop;
        _open = times;
        _vm = vm;
        Uuid = vm.Uuid;
        PSJobTypeName = MigrationJob.TypeName;
    }

    /// <summary>The VM's UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>The hosts: <c>h1 -> h2</c>.</summary>
    public override string Location => _vm.Location;

    /// <summary>How it stands, <c>pre-copy, 43 %</c> or <c>waiting: ...</c>; at the end where the VM is, in one sentence.</summary>
    public override string StatusMessage => _status;

    /// <summary>Whether there is, or will be, something to receive.</summary>
    public override bool HasMoreData => !_ended || JobStreams.HoldData(this);

    /// <summary>The VM, with where it goes as far as is known.</summary>
    internal JobVm Vm => _vm;

    internal bool HasEnded => _ended;

    /// <summary>Takes this VM out: one that waits leaves the queue, in pre-copy it is aborted, in post-copy left to go on. Returns when that
    /// is settled, or after 10 s.</summary>
    public override void StopJob()
    {
        if (!_ended)
        {
            _stop(Uuid);
            JobStreams.WaitFor(this);
        }
    }

    internal void Starting(MigrationPlan plan)
    {
        _vm = JobVm.Of(plan);
        if (JobStateInfo.State == JobState.NotStarted)
        {
            JobStreams.Change(() => SetJobState(JobState.Running));
        }
    }

    internal void Status(string text)
    {
        if (!_ended)
        {
            _status = text;
        }
    }

    internal void Add(ErrorRecord error)
    {
        JobStreams.Add(Error, error);

        // What was stopped on request did not fail.
        _stopped |= error.CategoryInfo.Category == ErrorCategory.OperationStopped;
        _failed |= error.CategoryInfo.Category != ErrorCategory.OperationStopped;
    }

    internal void End(string lastWord)
    {
        _status = lastWord;

        // A VM that was named twice is done when nothing more is said of either.
        if (--_open <= 0)
        {
            Close();
        }
    }

    internal void Close()
    {
        if (!_ended)
        {
            _ended = true;
            JobStreams.Close(this);
            JobStreams.Change(() => SetJobState(_failed ? JobState.Failed : _stopped ? JobState.Stopped : JobState.Completed));
        }
    }
}
