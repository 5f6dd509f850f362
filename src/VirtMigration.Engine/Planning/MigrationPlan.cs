using VirtMigration.Options;
using VirtMigration.Placement;
using VirtMigration.Policies;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>Everything one migration will use, complete before anything is touched, with a decision for each setting.</summary>
public sealed record MigrationPlan
{
    /// <summary>The VM's name.</summary>
    public required string VM { get; init; }

    /// <summary>The VM's UUID.</summary>
    public required Guid Uuid { get; init; }

    /// <summary>The host it leaves, by registered name.</summary>
    public required string Source { get; init; }

    /// <summary>The host it goes to, by registered name.</summary>
    public required string Destination { get; init; }

    /// <summary>The policy's name.</summary>
    public required string Policy { get; init; }

    /// <summary>The most memory the VM can have.</summary>
    public required ByteSize Memory { get; init; }

    /// <summary>What is handed to the hypervisor.</summary>
    public required TransferSettings Transfer { get; init; }

    /// <summary>Whether <see cref="Transfer"/> is what was handed over: of a migration that another shell started that is not known.</summary>
    public bool TransferIsKnown { get; init; } = true;

    /// <summary>The bandwidth QEMU may count on when it decides to switch over, where it is told through its monitor on the source
    /// before the start; null: it is told with the transfer, or not at all.</summary>
    public Bandwidth? MonitorSwitchoverBandwidth { get; init; }

    /// <summary>The downtime allowed at the start.</summary>
    public required TimeSpan InitialDowntime { get; init; }

    /// <summary>What is done, in this order, as long as the migration has not finished.</summary>
    public required IReadOnlyList<ConvergenceStep> Schedule { get; init; }

    /// <summary>What is done once when it becomes due, wherever the schedule is.</summary>
    public IReadOnlyList<ConvergenceStep> Deadlines { get; init; } = [];

    /// <summary>Which of the deadlines the operator stated; null: none.</summary>
    public ConvergenceStep? Timeout { get; init; }

    /// <summary>The least time between two steps of the schedule.</summary>
    public required TimeSpan StepInterval { get; init; }

    /// <summary>How many migrations may leave the source at a time, and come to the destination, while this one runs.</summary>
    public required int Concurrency { get; init; }

    /// <summary>What the VM's pins become on the destination; null: they stay as they are.</summary>
    public PinRemapping? Pins { get; init; }

    /// <summary>How the guest is told of its migration, before it and after it.</summary>
    public GuestNotice GuestNotice { get; init; }

    /// <summary>Why each setting is what it is.</summary>
    public required IReadOnlyList<PlanDecision> Decisions { get; init; }

    /// <summary>What should be known before it starts.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether the plan sends over parallel connections, and so wants both hosts for itself.</summary>
    public bool IsParallel() => Transfer.ParallelConnections is not null;

    /// <summary>Whether two plans do the same to the VM, however they came about.</summary>
    /// <param name="other">The other plan.</param>
    public bool DoesTheSameAs(MigrationPlan other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Uuid == other.Uuid
            && Source == other.Source
            && Destination == other.Destination
            && Transfer == other.Transfer
            && MonitorSwitchoverBandwidth == other.MonitorSwitchoverBandwidth
            && InitialDowntime == other.InitialDowntime
            && StepInterval == other.StepInterval
            && Concurrency == other.Concurrency
            && GuestNotice == other.GuestNotice
            && Schedule.SequenceEqual(other.Schedule)
            && Deadlines.SequenceEqual(other.Deadlines);
    }

    /// <summary>One line: <c>VM 'db1' (2 GiB): h1 -> h2, policy VeryLarge, 2 connections with zero-copy, 10 Gbps, downtime 300 ms</c>.</summary>
    public override string ToString()
    {
        if (!TransferIsKnown)
        {
            return $"VM '{VM}' ({Memory}): {Source} -> {Destination}, policy {Policy}, started by another shell";
        }

        string streams = Transfer.ParallelConnections is int n ? $"{n} connections" : "one connection";
        string zeroCopy = Transfer.Uses(MigrationTechniques.ZeroCopy) ? " with zero-copy" : string.Empty;
        return $"VM '{VM}' ({Memory}): {Source} -> {Destination}, policy {Policy}, {streams}{zeroCopy}, {Transfer.Bandwidth}, "
            + $"downtime {DurationText.Format(InitialDowntime)}";
    }

    /// <summary>The whole plan as text, a decision a paragraph: what -WhatIf prints.</summary>
    public string ToText() => PlanText.Of(this);
}
