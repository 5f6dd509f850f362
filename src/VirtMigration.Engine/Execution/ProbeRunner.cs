using VirtMigration.Inventory;
using VirtMigration.Planning;
using VirtMigration.Ports;
using VirtMigration.Readiness;

namespace VirtMigration.Execution;

/// <summary>Sends one VM of the product's own from one host to another, and ends it wherever it is then. Only that VM is ever touched.</summary>
/// <param name="source">The host that sends.</param>
/// <param name="destination">The host that receives.</param>
/// <param name="pair">What is known of the two.</param>
/// <param name="clock">The time.</param>
/// <param name="bounds">How long it may take.</param>
internal sealed class ProbeRunner(IHypervisorHost source, IHypervisorHost destination, HostPair pair, TimeProvider clock, ProbeBounds bounds)
{
    private readonly Guid _uuid = Guid.NewGuid();

    /// <summary>The probe's name.</summary>
    public string Name => ProbeName.Of(_uuid);

    /// <summary>The hosts on which the probe may still be, when the run has ended in whatever way.</summary>
    public IReadOnlyList<string> Left { get; private set; } = [];

    /// <summary>Sends it.</summary>
    /// <param name="cancellationToken">Gives up; the probe is ended first.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task<HostProbe> RunAsync(CancellationToken cancellationToken)
    {
        string? machineType = MachineType.ForProbe(pair.Source.Host.Facts.MachineTypes, pair.Destination.Host.Facts.MachineTypes);
        HostProbe probe = new() { Name = Name, Outcome = ProbeOutcome.NotStarted, MachineType = machineType };
        TransferSettings transfer;
        try
        {
            transfer = ProbePlan.Transfer(_uuid, machineType, pair);
        }
        catch (VirtMigrationException error)
        {
            return probe with { Error = error.Message };
        }

        probe = probe with { PeerUri = transfer.DestinationUri, MigrationUri = transfer.MigrationUri, Encrypted = transfer.Uses(MigrationTechniques.Tls) };
        Task starting = source.StartProbeAsync(_uuid, machineType, CancellationToken.None);
        Task moving = Task.CompletedTask;
        try
        {
            await starting.WaitAsync(cancellationToken);
            long start = clock.GetTimestamp();
            moving = source.MigrateAsync(_uuid, transfer, destination);
            probe = await JudgeAsync(probe, transfer, moving, cancellationToken) with { Time = clock.GetElapsedTime(start) };
        }
        catch (HypervisorException error)
        {
            probe = probe with { Error = error.Message };
        }
        finally
        {
            await EndAsync(starting, moving);
        }

        return probe with { Left = Left };
    }

    private async Task<HostProbe> JudgeAsync(HostProbe probe, TransferSettings transfer, Task moving, CancellationToken cancellationToken)
    {
        probe = probe with { Outcome = ProbeOutcome.Failed };
        try
        {
            await moving.WaitAsync(bounds.Move, clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The destination has it from when the login worked on.
            bool loggedIn = (await destination.ObserveAsync(_uuid, cancellationToken)).Present;
            return probe with
            {
                Obstacle = loggedIn ? ProbeObstacle.Memory : ProbeObstacle.Login,
                Error = $"it was not there after {bounds.Move.TotalSeconds:0.#} s, and was given up: something on the way drops packets, or the link is overloaded",
            };
        }
        catch (HypervisorException error) when (error.Fault is HypervisorFault.MovedUnconfirmed or HypervisorFault.MovedNotPersisted)
        {
            // It moved; the destination's own word follows.
        }
        catch (HypervisorException error)
        {
            return probe with { Obstacle = ProbeFailure.Obstacle(error, transfer), Error = ProbeFailure.Words(error, transfer) };
        }

        VmObservation there = await destination.ObserveAsync(_uuid, cancellationToken);
        return there.Active
            ? await CountAsync(probe with { Outcome = ProbeOutcome.Moved }, cancellationToken)
            : probe with { Obstacle = ProbeObstacle.Refusal, Error = $"libvirt said that it moved, but {there}" };
    }

    private async Task<HostProbe> CountAsync(HostProbe probe, CancellationToken cancellationToken)
    {
        try
        {
            MigrationCounters? counters = await destination.GetCompletedJobAsync(_uuid, cancellationToken);
            return probe with { Sent = counters?.MemoryProcessed, Rate = counters?.MemoryRate };
        }
        catch (HypervisorException)
        {
            return probe;
        }
    }

    // Each step is bounded and none is given up: a probe that nobody ends would stay for ever.
    private async Task EndAsync(Task starting, Task moving)
    {
        _ = await EndsAsync(starting);
        if (!moving.IsCompleted)
        {
            _ = await EndsAsync(Task.WhenAll(source.AbortJobAsync(_uuid, CancellationToken.None), moving));
        }

        bool[] gone = await Task.WhenAll(EndAsync(source), EndAsync(destination));
        Left = [.. ((IHypervisorHost[])[source, destination]).Where((_, at) => !gone[at]).Select(host => host.Registration.Name)];
        if (!starting.IsCompleted && Left.Count == 0)
        {
            // It may still be started.
            Left = [source.Registration.Name];
        }

        if (Left.Count > 0)
        {
            // A daemon that would not let go of it may do so later, while this shell still lives.
            _ = Task.WhenAll(starting, moving).ContinueWith(_ => Task.WhenAll(EndAndLookAsync(source), EndAndLookAsync(destination)), TaskScheduler.Default);
        }
    }

    private async Task<bool> EndAsync(IHypervisorHost host)
    {
        Task<bool> ending = EndAndLookAsync(host);
        return await EndsAsync(ending) && ending.Result;
    }

    private async Task<bool> EndAndLookAsync(IHypervisorHost host)
    {
        try
        {
            await host.EndProbeAsync(_uuid, CancellationToken.None);
        }
        catch (HypervisorException)
        {
            // Whether it is gone is what counts.
        }

        return await host.ObserveAsync(_uuid, CancellationToken.None) is { Answered: true, Present: false };
    }

    private async Task<bool> EndsAsync(Task work)
    {
        try
        {
            await work.WaitAsync(bounds.End, clock);
            return true;
        }
        catch (TimeoutException)
        {
            // What still comes of it is looked at, so that it does not count as an exception that nobody saw.
            _ = work.ContinueWith(static task => task.Exception, TaskScheduler.Default);
            return false;
        }
        catch (HypervisorException)
        {
            return false;
        }
    }
}
