using System.Management.Automation;

namespace VirtMigration.Cmdlets.Jobs;

/// <summary>A command that runs as a job of this shell (-AsJob), with a child job for each VM. It runs in this process: when the shell ends,
/// what is in pre-copy is aborted, what is in post-copy arrives by itself, and what waits is not started.</summary>
public sealed class MigrationJob : Job
{
    internal const string TypeName = "VirtMigration";

    private readonly Dictionary<Guid, MigrationChildJob> _children = [];
    private IJobWork? _work;
    private bool _failed;
    private volatile bool _ended;

    internal MigrationJob(string command, IEnumerable<JobVm> vms)
        : base(command)
    {
        PSJobTypeName = TypeName;
        CommandOutput = new JobOutput(this);
        foreach (IGrouping<Guid, JobVm> of in vms.GroupBy(vm => vm.Uuid))
        {
            MigrationChildJob child = new(command, of.First(), of.Count(), vm => _work?.Stop(vm));
            _children.Add(of.Key, child);
            ChildJobs.Add(child);
        }
    }

    /// <summary>A job of a command, listed by Get-Job; it is not set going yet.</summary>
    /// <param name="cmdlet">The command.</param>
    /// <param name="vms">Its VMs, in their order.</param>
    internal static MigrationJob For(PSCmdlet cmdlet, IEnumerable<JobVm> vms)
    {
        string line = cmdlet.MyInvocation.Line.Trim();
        MigrationJob job = new(line.Length > 0 ? line : cmdlet.MyInvocation.MyCommand.Name, vms);
        cmdlet.JobRepository.Add(job);
        return job;
    }

    /// <summary>Where the work says what it has to say.</summary>
    internal ICommandOutput CommandOutput { get; }

    /// <summary>The hosts: <c>h1 -> h2, h3</c>.</summary>
    public override string Location
    {
        get
        {
            JobVm[] vms = [.. _children.Values.Select(child => child.Vm)];
            string to = Names(vms.Where(vm => vm.Destination is not null).Select(vm => vm.Destination!));
            return $"{Names(vms.Select(vm => vm.Source))}{(to.Length == 0 ? string.Empty : $" -> {to}")}";
        }
    }

    /// <summary>How its VMs stand: <c>2 under way, 3 waiting, 4 done, 1 failed</c>.</summary>
    public override string StatusMessage
    {
        get
        {
            (string What, int Count)[] parts =
            [
                ("under way", Count(JobState.Running)),
                ("waiting", Count(JobState.NotStarted)),
                ("done", Count(JobState.Completed)),
                ("failed", Count(JobState.Failed)),
                ("stopped", Count(JobState.Stopped)),
            ];
            return string.Join(", ", parts.Where(part => part.Count > 0).Select(part => $"{part.Count} {part.What}"));
        }
    }

    /// <summary>Whether there is, or will be, something to receive, from it or its child jobs.</summary>
    public override bool HasMoreData => !_ended || JobStreams.HoldData(this) || _children.Values.Any(child => child.HasMoreData);

    /// <summary>Stops it all: nothing more is started, what is in pre-copy is aborted, what is in post-copy left to go on. Returns when that
    /// is settled, or after 10 s; where each VM is can then be received.</summary>
    public override void StopJob()
    {
        if (!_ended)
        {
            _work?.Stop();
            _ = JobStreams.WaitFor(this);
        }
    }

    /// <summary>Sets it going.</summary>
    /// <param name="work">The work, with all its VMs; the job disposes of it.</param>
    internal void Begin(IJobWork work)
    {
        _work = work;
        AppDomain.CurrentDomain.ProcessExit += StopBeforeExit;
        SetJobState(JobState.Running);
        new Thread(() => Run(work)) { IsBackground = true, Name = $"VirtMigration {Name}" }.Start();
    }

    internal MigrationChildJob? Child(Guid vm) => _children.GetValueOrDefault(vm);

    internal void Add(ErrorRecord error)
    {
        _failed = true;
        JobStreams.Add(Error, error);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // What is still under way is seen to its end; it only has nobody to tell.
            foreach (MigrationChildJob child in _children.Values)
            {
                child.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private void Run(IJobWork work)
    {
        try
        {
            work.DrainToEnd();
        }
        catch (Exception error)
        {
            // A fault of the work itself must not look like an end.
            Add(new(error, "MigrationJobBroken", ErrorCategory.InvalidOperation, this)
            {
                ErrorDetails = new($"The job broke off, so where its VMs are is unknown: {error.Message}")
                {
                    RecommendedAction = "Ask Get-VmMigration and Get-VM.",
                },
            });
        }

        work.Dispose();
        End();
        AppDomain.CurrentDomain.ProcessExit -= StopBeforeExit;
    }

    private void End()
    {
        foreach (MigrationChildJob child in _children.Values.Where(child => !child.HasEnded))
        {
            string unknown = $"VM '{child.Name}': nothing was said of its end, so where it is is unknown: ask Get-VmMigration and Get-VM {child.Name}.";
            child.Add(ErrorRecords.From(new VirtMigrationException("MigrationStateUnknown", unknown, "Ask again when the hosts answer.", child.Name)));
            child.Status(unknown);
            child.Close();
        }

        _ended = true;
        JobStreams.Close(this);
        JobState state = _failed || Count(JobState.Failed) > 0 ? JobState.Failed
            : Count(JobState.Stopped) > 0 ? JobState.Stopped
            : JobState.Completed;
        JobStreams.Change(() => SetJobState(state));
    }

    // A shell that ends would leave migrations to go on without their schedule: nobody would end one that does not converge. Its streams
    // are nobody's any more, so where each VM is goes to the terminal or the log.
    private void StopBeforeExit(object? sender, EventArgs arguments)
    {
        MigrationChildJob[] open = [.. _children.Values.Where(child => !child.HasEnded)];
        StopJob();
        foreach (MigrationChildJob child in open)
        {
            Console.Error.WriteLine($"WARNING: {(child.HasEnded ? child.StatusMessage : CommandWork.Unconfirmed(child.Name))}");
        }

        if (open.Length > 0 && Environment.ExitCode == 0)
        {
            Environment.ExitCode = 1;
        }
    }

    private int Count(JobState state) => _children.Values.Count(child => child.JobStateInfo.State == state);

    private static string Names(IEnumerable<string> hosts) => string.Join(", ", hosts.Distinct());
}
