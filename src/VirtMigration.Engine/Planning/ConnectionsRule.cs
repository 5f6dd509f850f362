using VirtMigration.Options;
using VirtMigration.Units;

namespace VirtMigration.Planning;

/// <summary>Whether memory is sent over parallel connections, and over how many.</summary>
internal static class ConnectionsRule
{
    private const string Setting = "ParallelConnections";

    public static int? Apply(PlanContext context, PostCopyMode postCopy, Bandwidth? known)
    {
        (ParallelChoice asked, SettingOrigin origin) = context.Asked.ParallelConnections;
        bool raised = context.Policy.ZeroCopy && !asked.IsForced();
        ParallelChoice choice = raised ? ParallelChoice.Parallel : asked;
        if (choice == ParallelChoice.Disabled)
        {
            context.Record(Setting, asked.Value, origin, "Disabled", $"{context.Whose(origin)}; one stream carries the memory");
            return null;
        }

        if (Hindrance(context, choice, raised, origin, postCopy) is string hindrance)
        {
            context.Record(Setting, asked.Value, origin, "Disabled", hindrance);
            if (raised || asked.IsForced())
            {
                context.Warn($"parallel connections are off although {(raised ? $"policy {context.Policy.Name} is made for them" : $"{asked} was asked for")}: {hindrance}");
            }

            return null;
        }

        ParallelInput input = new()
        {
            Choice = choice,
            Bandwidth = known,
            VCpus = context.Request.Definition.OnlineVCpus,
            Maximum = context.Asked.MaxParallelConnections.Value,
            EmulatorCpus = context.Request.Definition.EmulatorPin?.Count,
            SourceThreads = context.Request.Source.Facts.Threads,
            DestinationThreads = context.Request.Destination.Facts.Threads,
        };
        int? taken = ParallelConnectionRule.Connections(input);
        context.Record(Setting, asked.Value, origin, taken is int count ? $"{count}" : "Disabled", Reason(context, input, raised, taken));
        WarnOfMany(context, input);
        return taken;
    }

    // What excludes parallel connections altogether: null where nothing does. What a parameter asks for is refused, the rest gives way.
    private static string? Hindrance(PlanContext context, ParallelChoice choice, bool raised, SettingOrigin origin, PostCopyMode postCopy)
    {
        string vm = context.Request.Vm.Name;
        bool demanded = choice.IsForced() && !raised && origin == SettingOrigin.Parameter;
        if (!context.Asked.ParallelAllowed)
        {
            string forbidden = $"cluster '{context.Request.Cluster.Cluster}' forbids parallel migration (ParallelAllowed)";
            return context.Policy.ZeroCopy ? throw new VirtMigrationException("ParallelForbidden", $"Policy {context.Policy.Name} needs parallel connections, but {forbidden}.",
                    "Choose a policy without them (MinimalDowntime), or allow them: Set-ClusterMigrationOption -ParallelAllowed $true.", vm)
                : demanded ? throw new VirtMigrationException("ParallelForbidden", $"ParallelConnections {choice} is asked for, but {forbidden}.",
                    "Leave -ParallelConnections out, or allow them: Set-ClusterMigrationOption -ParallelAllowed $true.", vm)
                : forbidden;
        }

        if (context.Missing(VersionGates.Parallel) is string missing)
        {
            return demanded ? throw new VirtMigrationException("ParallelNotSupported", $"ParallelConnections {choice} is asked for, but {missing}.",
                    "Leave -ParallelConnections out, or choose hosts that have them.", vm)
                : missing;
        }

        if (postCopy == PostCopyMode.Off)
        {
            return null;
        }

        string? notTogether = context.Missing(VersionGates.ParallelPostCopy) ?? OldMachineType(context);
        if (demanded && notTogether is null)
        {
            return null;
        }

        string conflict = $"they exclude post-copy, which is {(postCopy == PostCopyMode.Armed ? "armed" : $"scheduled by policy {context.Policy.Name}")}";
        return demanded || raised
            ? throw new VirtMigrationException("ParallelPostCopyConflict",
                $"VM '{vm}' cannot be sent over parallel connections: {conflict}. At the switch QEMU would refuse, or lose the VM ({notTogether ?? "allowed only when asked for"}).",
                "Leave one of the two out: -PostCopy Off, another policy, or -ParallelConnections Disabled.", vm)
            : conflict;
    }

    // Seen on libvirt 12.8 and QEMU 11.1: with a machine type of 7.2 the two together hung, and an abort did not end it.
    private static string? OldMachineType(PlanContext context)
    {
        string machine = context.Request.Definition.MachineType;
        return Version.TryParse(machine[(machine.LastIndexOf('-') + 1)..], out Version? version) && version < VersionGates.ParallelPostCopy.Qemu
            ? $"with machine type {machine} it was seen to hang"
            : null;
    }

    private static string Reason(PlanContext context, ParallelInput input, bool raised, int? taken)
    {
        string who = raised ? $"policy {context.Policy.Name} makes it parallel" : context.Whose(context.Asked.ParallelConnections.Origin);
        if (input.Choice.Stated() is not null)
        {
            return $"{who}, at most one for each CPU of either host ({Math.Min(input.SourceThreads, input.DestinationThreads)})";
        }

        string emulator = input.EmulatorCpus is int cpus ? $" and the {cpus} emulator CPUs" : string.Empty;
        string rule = $"one connection for each 10 Gbps (bandwidth {BandwidthRule.Describe(input.Bandwidth)}), at most one for each of the {input.VCpus} vCPUs{emulator}";
        return taken is null
            ? $"{who}; {rule}: fewer than {ParallelChoice.Least}, so one stream carries the memory"
            : $"{who}, with {rule}, from {ParallelChoice.Least} to {input.Maximum}";
    }

    private static void WarnOfMany(PlanContext context, ParallelInput input)
    {
        if (input.Choice.Stated() is not int stated)
        {
            return;
        }

        if (stated > ParallelConnectionRule.DefaultMaximum)
        {
            context.Warn($"{stated} parallel connections are asked for: more than {ParallelConnectionRule.DefaultMaximum} fill no link better and cost a CPU each");
        }

        if (stated > input.EmulatorCpus)
        {
            context.Warn($"{stated} parallel connections are asked for, but the VM's emulator threads, which serve them, may use {input.EmulatorCpus} CPU(s) (emulatorpin)");
        }
    }
}
