using VirtMigration.Convergence;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.Units;

namespace VirtMigration.Execution;

/// <summary>A take-over that was checked and is ready to be made.</summary>
public sealed record ProposedTakeOver
{
    /// <summary>The migration as it was found.</summary>
    public required VmMigration Migration { get; init; }

    /// <summary>The policy by name.</summary>
    public required string Policy { get; init; }

    /// <summary>The whole schedule.</summary>
    public required ScheduleIntent Schedule { get; init; }

    /// <summary>How far it has come.</summary>
    public required SchedulePosition Position { get; init; }

    /// <summary>What it stands at.</summary>
    public required ScheduleMoment Moment { get; init; }

    /// <summary>Whether the guest runs on the destination already, so that nothing is left to steer.</summary>
    public required bool InPostCopy { get; init; }

    /// <summary>Who steered before, in words.</summary>
    public required string Before { get; init; }

    /// <summary>What should be known before it is made.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The record of the shell that started it; null: it was started elsewhere.</summary>
    internal MigrationIntent? Intent { get; init; }

    /// <summary>Whether the operator stated the policy.</summary>
    internal bool PolicyIsStated { get; init; }

    /// <summary>The downtime limit when it was found.</summary>
    internal TimeSpan DowntimeNow { get; init; }

    internal IHypervisorHost Source { get; init; } = null!;

    internal IHypervisorHost Destination { get; init; } = null!;

    /// <summary>The steps that are left, in order, each with when it is due.</summary>
    public IReadOnlyList<string> Left()
    {
        if (InPostCopy)
        {
            return Array.Empty<string>();
        }

        IEnumerable<string> steps = Schedule.Steps.Skip(Position.Next).Select((step, index) => index == 0 ? $"{step}{When(step)}" : step.ToString());
        return (string[])[.. steps, .. Position.Deadlines.Select(step => $"deadline {step}{When(step)}")];
    }

    /// <summary>What is left and what will happen: what -WhatIf prints.</summary>
    public string ToText()
    {
        List<string> lines = [$"{this}."];
        if (InPostCopy)
        {
            lines.Add("The guest runs on the destination already, so no step is left. The migration is watched to its end.");
        }
        else
        {
            IReadOnlyList<string> taken = [.. Schedule.Steps.Take(Position.Next).Select(step => step.ToString())];
            lines.Add($"Steps taken: {(taken.Count == 0 ? "none" : string.Join(", ", taken))}. The downtime limit is {DurationText.Exact(DowntimeNow)}.");
            IReadOnlyList<string> left = Left();
            lines.Add($"Steps left: {(left.Count == 0 ? "none" : string.Join(", ", left))}.");
            if (Position.Pausing is ConvergenceStep { UpTo: TimeSpan longest })
            {
                lines.Add($"The guest stands for step '{Position.Pausing}'; since when is not known, so it is given {DurationText.Exact(longest)} from now.");
            }
        }

        lines.Add("At the end both hosts are asked where the VM is, what is left to do is done, and the run is recorded.");
        return string.Join(Environment.NewLine + "  ", lines);
    }

    /// <summary>What is to be known when it was let go of before its end.</summary>
    public string ToldWhenLetGo() =>
        $"VM '{Migration.VM}': the migration from {Migration.Source} to {Migration.Destination} goes on unattended, and nobody runs the schedule of policy {Policy}. Take it over again: Watch-VmMigration {Migration.VM} -TakeOver{(Intent?.Schedule is null || PolicyIsStated ? $" -Policy {Policy}" : string.Empty)}.";

    /// <summary>One line: <c>Take over the migration of VM 'db1' from h1 to h2 (policy Night, pass 4, 12 s), which nobody steers since
    /// alice@ops1, process 4711 on ops1, is gone</c>.</summary>
    public override string ToString() =>
        $"Take over the migration of VM '{Migration.VM}' from {Migration.Source} to {Migration.Destination} (policy {Policy}, pass {Moment.Pass}, {DurationText.Format(Moment.Elapsed)}) from {Before}";

    private string When(ConvergenceStep step)
    {
        if (step is not { NoProgressFor: null, AfterRises: null, StalledFor: null } || step.SaysNothing())
        {
            return string.Empty;
        }

        TimeSpan? left = step.DueAt(Moment.Data) - Moment.Elapsed;
        return Moment.Pass <= step.AfterPass ? string.Empty
            : left > TimeSpan.Zero ? $" (due in {DurationText.Format(left.Value)})"
            : " (due now)";
    }
}
