using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.State;
using VirtMigration.Units;

namespace VirtMigration.LabTests;

/// <summary>The assembly as a program: it drives one migration, in a process that a test can kill.</summary>
internal static class Driver
{
    /// <summary><c>CLUSTERFOLDER VM DESTINATION POLICY BANDWIDTH [--attached] [--step STEP]...</c>. With steps the policy is one that no
    /// catalog knows, with these steps at least a second apart.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [string folder, string vm, string destination, string policy, string bandwidth, .. string[] rest])
        {
            await Console.Error.WriteLineAsync("usage: CLUSTERFOLDER VM DESTINATION POLICY BANDWIDTH [--attached] [--step STEP]...");
            return 2;
        }

        LibvirtHypervisor hypervisor = LibvirtHypervisor.Create();
        HostRegistry registry = new(new ClusterFile(folder));
        VirtualMachine listed = await new InventoryReader(hypervisor, registry)
            .FindAsync(VmReference.Parse(vm), name => name == vm, CancellationToken.None);
        ConvergenceStep[] steps = [.. rest.Index().Where(one => one.Item == "--step").Select(one => ConvergenceStep.Parse(rest[one.Index + 1]))];
        PlanOptions options = new()
        {
            Destination = destination,
            Policy = steps.Length == 0
                ? BuiltInPolicies.Find(policy)
                : MigrationPolicy.Bare(policy) with { Schedule = steps, StepInterval = TimeSpan.FromSeconds(1) },
            Bandwidth = Bandwidth.Parse(bandwidth),
            Transport = rest.Contains("--attached") ? MigrationTransport.Attached : MigrationTransport.PeerToPeer,
        };
        MigrationRun run = await new PlanMaker(hypervisor, registry, "driver@lab").MakeAsync(listed, options, CancellationToken.None);
        MigrationOwnership ownership = new(new LeaseFolder(folder), new LocalShells(), TimeProvider.System);
        MigrationResult result = await new MigrationRunner(TimeProvider.System, null, ownership).RunAsync(run, null, CancellationToken.None);
        return result.Outcome == MigrationOutcome.Succeeded ? 0 : 1;
    }
}
