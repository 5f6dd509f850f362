#:project ../src/VirtMigration.Native/VirtMigration.Native.csproj
#:property PublishAot=false

// The engine as a library, without a shell: plans the migration of one VM, runs it, and says where the VM is.
//
//     dotnet run samples/migrate.cs -- VM [--destination HOST] [--policy NAME] [--plan]
//
// The hosts are those of the cluster file (Register-VmHost, or the folder in VIRTMIGRATION_HOME). Ctrl+C aborts.
using System.Runtime.InteropServices;
using VirtMigration;
using VirtMigration.Convergence;
using VirtMigration.Execution;
using VirtMigration.Inventory;
using VirtMigration.Native;
using VirtMigration.Planning;
using VirtMigration.Policies;
using VirtMigration.Ports;
using VirtMigration.State;
using VirtMigration.Units;

string? vmName = null;
string? destination = null;
string? policy = null;
bool planOnly = false;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--destination" when i + 1 < args.Length:
            destination = args[++i];
            break;
        case "--policy" when i + 1 < args.Length:
            policy = args[++i];
            break;
        case "--plan":
            planOnly = true;
            break;
        case string name when vmName is null && !name.StartsWith('-'):
            vmName = name;
            break;
        default:
            return Usage($"'{args[i]}' is not understood.");
    }
}

if (vmName is null)
{
    return Usage("No VM was named.");
}

using CancellationTokenSource stop = new();
using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Abort);
using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Abort);

try
{
    IHypervisor hypervisor = LibvirtHypervisor.Create();
    string folder = ClusterFile.DefaultFolder();
    HostRegistry registry = new(new ClusterFile(folder));
    MigrationOwnership ownership = new(new LeaseFolder(folder), new LocalShells(), TimeProvider.System);
    InventoryReader inventory = new(hypervisor, registry);
    PlanMaker planner = new(hypervisor, registry, $"{Environment.UserName}@{Environment.MachineName}");

    VirtualMachine vm = await inventory.FindAsync(
        VmReference.Parse(vmName), name => name.Equals(vmName, StringComparison.OrdinalIgnoreCase), stop.Token);
    MigrationRun run = await planner.MakeAsync(
        vm,
        new PlanOptions { Destination = destination, Policy = policy is null ? null : BuiltInPolicies.Find(policy) },
        stop.Token);
    Console.WriteLine(run.Plan.ToText());
    if (planOnly)
    {
        return 0;
    }

    MigrationResult result = await new MigrationRunner(TimeProvider.System, new HistoryFile(folder), ownership).RunAsync(run, new ProgressLines(), stop.Token);
    Console.WriteLine(result.Describe());
    if (result.Downtime is TimeSpan downtime && result.TotalTime is TimeSpan total)
    {
        Console.WriteLine($"{DurationText.Format(total)} in all, {DurationText.Format(downtime)} downtime, {result.Sent} in {result.Passes} passes at {result.Throughput}");
    }

    foreach (string notice in result.Notices)
    {
        Console.Error.WriteLine($"notice: {notice}");
    }

    if (result.Error is not null)
    {
        Console.Error.WriteLine($"{result.ErrorId}: {result.Error}\n{result.RecommendedAction}");
    }

    return result.Outcome == MigrationOutcome.Succeeded ? 0 : 1;
}
catch (VirtMigrationException error)
{
    Console.Error.WriteLine($"{error.ErrorId}: {error.Message}\n{error.RecommendedAction}");
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("Stopped before anything was started.");
    return 1;
}

void Abort(PosixSignalContext context)
{
    // The result still has to be said.
    context.Cancel = true;
    stop.Cancel();
}

static int Usage(string problem)
{
    Console.Error.WriteLine($"{problem}\nusage: dotnet run samples/migrate.cs -- VM [--destination HOST] [--policy NAME] [--plan]");
    return 2;
}

internal sealed class ProgressLines : IProgress<MigrationSample>
{
    public void Report(MigrationSample value) =>
        Console.WriteLine($"  {value.Phase,-9} pass {value.Pass}  {value.Percent,3} %  {value.Remaining} left  {value.Rate}");
}
