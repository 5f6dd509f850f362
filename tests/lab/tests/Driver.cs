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
    /// <summary><c>CLUSTERFOLDER VM DESTINATION POLICY BANDWIDTH [--attached]</c>.</summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [string folder, string vm, string destination, string policy, string bandwidth, .. string[] rest])
        {
            await Console.Error.WriteLineAsync("usage: CLUSTERFOLDER VM DESTINATION POLICY BANDWIDTH [--attached]");
            return 2;
        }

        LibvirtHypervisor hypervisor = LibvirtHypervisor.Create();
        HostRegistry registry = new(new ClusterFile(folder));
        VirtualMachine listed = await new InventoryReader(hypervisor, registry)
            .FindAsync(VmReference.Parse(vm), name => name == vm, CancellationToken.None);
        PlanOptions options = new()
        {
            Destination = destination,
            Policy = BuiltInPolicies.Find(policy),
            Bandwidth = Bandwidth.Parse(bandwidth),
            Transport = rest.Contains("--attached") ? MigrationTransport.Attached : MigrationTransport.PeerToPeer,
        };
        MigrationRun run = await new PlanMaker(hypervisor, registry, "driver@lab").MakeAsync(listed, options, CancellationToken.None);
        MigrationResult result = await new MigrationRunner(TimeProvider.System).RunAsync(run, null, CancellationToken.None);
        return result.Outcome == MigrationOutcome.Succeeded ? 0 : 1;
    }
}
