BeforeDiscovery {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $manifest = Import-PowerShellDataFile (Join-Path (Get-ModuleUnderTest) 'VirtMigration.psd1')
    $cmdlets = @($manifest.CmdletsToExport | ForEach-Object { @{ Cmdlet = $_ } })
    $changing = @($cmdlets | Where-Object { $_.Cmdlet -notmatch '^(Get|Watch|Test|Measure)-' })
    $hasHelp = Test-Path (Join-Path (Get-ModuleUnderTest) 'en-US')
    if (-not $hasHelp) { Write-Host 'Help tests are skipped: the module has no en-US, so its help is not built yet.' }
}

BeforeAll {
    Import-Module (Join-Path $PSScriptRoot 'LabShell.psm1') -Force
    $script:folder = Get-ModuleUnderTest
    $script:homeBefore = $env:VIRTMIGRATION_HOME
    $env:VIRTMIGRATION_HOME = Join-Path $TestDrive home
    Import-ModuleUnderTest
    Register-VmHost t1 test:///default -Cluster west | Out-Null

    function Get-Completion([string] $Line) {
        (TabExpansion2 $Line $Line.Length).CompletionMatches.CompletionText
    }
}

AfterAll { $env:VIRTMIGRATION_HOME = $script:homeBefore }

Describe 'The module' {
    It 'exports what the manifest names, and nothing else' {
        $manifest = Import-PowerShellDataFile (Join-Path $folder 'VirtMigration.psd1')
        $module = Get-Module VirtMigration
        $module.ExportedCommands.Keys | Sort-Object | Should -Be ($manifest.CmdletsToExport | Sort-Object)
        $module.ExportedCommands.Values.CommandType | Sort-Object -Unique | Should -Be Cmdlet
        $module.ExportedVariables.Count + $module.ExportedAliases.Count + $module.ExportedFunctions.Count | Should -Be 0
    }

    It 'has every cmdlet of its assembly in the manifest' {
        $assembly = (Get-Command Get-VmHost).ImplementingType.Assembly
        $there = $assembly.GetExportedTypes().ForEach{ [Reflection.CustomAttributeExtensions]::GetCustomAttribute($_, [Management.Automation.CmdletAttribute]) }.
            Where{ $_ }.ForEach{ "$($_.VerbName)-$($_.NounName)" }
        $there | Sort-Object | Should -Be ((Get-Module VirtMigration).ExportedCmdlets.Keys | Sort-Object)
    }

    It 'names no command in its texts that does not exist' {
        $texts = Get-ChildItem $folder -Filter VirtMigration.*.dll | ForEach-Object {
            # Texts lie in an assembly as UTF-16, at even and odd places.
            $bytes = [IO.File]::ReadAllBytes($_)
            [Text.Encoding]::Unicode.GetString($bytes)
            [Text.Encoding]::Unicode.GetString($bytes, 1, $bytes.Length - 1)
        }
        $named = [regex]::Matches("$texts", '\b(?:Get|Set|New|Remove|Start|Stop|Resume|Watch|Test|Measure|Register|Unregister|Export|Invoke)-(?:V[mM]|Cluster)[A-Za-z]*').Value | Sort-Object -Unique
        $named | Should -Contain Get-VmMigration
        $named | Where-Object { $_ -notin (Get-Module VirtMigration).ExportedCommands.Keys } | Should -BeNullOrEmpty
    }

    It 'is of PowerShell 7.6' {
        (Get-Module VirtMigration).PowerShellVersion | Should -Be ([version]'7.6')
    }

    It 'brings no copy of what the shell has: <_>' -ForEach 'Newtonsoft.Json.dll', 'System.Management.Automation.dll', 'PowerShellStandard*' {
        Get-ChildItem $folder -Recurse -Filter $_ | Should -BeNullOrEmpty
    }

    It 'does not refer to the stubs it was compiled against' {
        $names = (Get-Command Get-VmHost).ImplementingType.Assembly.GetReferencedAssemblies().Name
        $names | Should -Contain 'System.Management.Automation'
        $names | Should -Not -Contain 'PowerShellStandard.Library'
    }

    It 'imports without a warning about verbs' {
        Invoke-Shell '' | Should -BeNullOrEmpty
    }

    It 'comes again after Remove-Module, in the same process' {
        Invoke-Shell "Remove-Module VirtMigration; if (Get-Command Get-VmHost -ErrorAction Ignore) { 'still there' }; Import-Module '$folder'; (Get-VmHost).Name; (Get-VM).Name" |
            Should -Be "t1`ntest"
    }

    It 'takes a prefix' {
        Invoke-Shell "Remove-Module VirtMigration; Import-Module '$folder' -Prefix Lab; (Get-LabVM -Host t1).Name; (Get-LabVmHost).Name" | Should -Be "test`nt1"
    }

    It 'is of use in the runspaces of ForEach-Object -Parallel' {
        Invoke-Shell "1..6 | ForEach-Object -Parallel { Import-Module '$folder'; (Get-VM -Host t1).Name } -ThrottleLimit 6" | Should -Be (@('test') * 6 -join "`n")
    }

    It 'binds Get-VM -Host, though a cmdlet has a Host of its own' {
        (Get-VM -Host t1).Name | Should -Be test
        (Get-VM -VMHost t1).Name | Should -Be test
        (Get-VM -Host (Get-VmHost t1)).Name | Should -Be test
    }
}

Describe '<Cmdlet>' -ForEach $cmdlets {
    BeforeAll { $script:command = Get-Command $Cmdlet -Module VirtMigration }

    It 'has an approved verb' {
        # Watch is approved since PowerShell 3.
        (Get-Verb).Verb | Should -Contain $command.Verb
    }

    It 'says what it gives' {
        if ($Cmdlet -notmatch '^(Unregister|Remove)-') { $command.OutputType | Should -Not -BeNullOrEmpty }
        $command.OutputType.ForEach{ $_.Type.IsPublic } | Should -Not -Contain $false
    }

    It 'has help with a synopsis and an example' -Skip:(-not $hasHelp) {
        $help = Get-Help $Cmdlet
        # Without help the synopsis is the syntax.
        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match "$Cmdlet \["
        $help.Synopsis | Should -Not -Match '\{\{'
        @($help.Examples.Example).Count | Should -BeGreaterOrEqual 1
    }

    It 'has help for each of its parameters, and for no other' -Skip:(-not $hasHelp) {
        $common = [Management.Automation.PSCmdlet]::CommonParameters
        $shown = $command.Parameters.Values.Where{ $_.Name -notin $common -and -not ($_.Attributes.DontShow -contains $true) }.Name
        $described = (Get-Help $Cmdlet -Parameter * -ErrorAction Ignore | Where-Object { $_ -isnot [string] }).Where{ "$($_.description.Text)".Trim() }.name
        $described | Sort-Object | Should -Be ($shown | Sort-Object)
    }
}

Describe '<Cmdlet> changes something' -ForEach $changing {
    It 'can be asked what it would do, and to ask before it does' {
        (Get-Command $Cmdlet).Parameters.Keys | Should -Contain WhatIf
        (Get-Command $Cmdlet).Parameters.Keys | Should -Contain Confirm
    }
}

Describe 'Watch-VmMigration' {
    It 'asks before a take-over' {
        $metadata = [Management.Automation.CommandMetadata](Get-Command Watch-VmMigration)
        $metadata.SupportsShouldProcess, $metadata.ConfirmImpact | Should -Be $true, 'High'
    }
}

Describe 'The Tab key' {
    It 'gives hosts at <_>' -ForEach 'Get-VM -Host ', 'Get-VM -VMHost t', 'Get-VmHost ', 'Unregister-VmHost ', 'Start-VmLiveMigration x -Destination ', 'Get-VmMigration -Host ' {
        Get-Completion $_ | Should -Be t1
    }

    It 'gives VMs at <_>' -ForEach 'Get-VM ', 'Get-VM -Name te', 'Start-VmLiveMigration ', 'Start-VmLiveMigration -VM t', 'Stop-VmMigration ', 'Watch-VmMigration ', 'Get-VmMigrationPlan ' {
        Get-Completion $_ | Should -Be test
    }

    It 'gives policies' {
        Get-Completion 'Start-VmLiveMigration x -Policy ' | Should -Be MinimalDowntime, PostCopy, SuspendWorkloadIfNeeded, VeryLarge
        Get-Completion 'Get-VmMigrationPolicy v' | Should -Be VeryLarge
    }

    It 'gives clusters' {
        Get-Completion 'Get-VM -Cluster ' | Should -Be west
    }

    It 'shows no error where the cluster file cannot be read' {
        $env:VIRTMIGRATION_HOME = Join-Path $TestDrive broken
        try {
            New-Item $env:VIRTMIGRATION_HOME -ItemType Directory | Out-Null
            'no json' | Set-Content (Join-Path $env:VIRTMIGRATION_HOME cluster.json)
            $Error.Clear()
            Get-Completion 'Get-VM -Host zz' | Should -Not -Contain t1
            $Error.Count | Should -Be 0
        }
        finally {
            $env:VIRTMIGRATION_HOME = Join-Path $TestDrive home
        }
    }
}

Describe 'A machine without libvirt' {
    BeforeDiscovery {
        # The library is hidden in a mount namespace of the child alone.
        $library = @('/usr/lib/*/libvirt.so.0', '/usr/lib*/libvirt.so.0', '/lib/*/libvirt.so.0').ForEach{ Get-Item $_ -ErrorAction Ignore }[0]
        & unshare --mount true 2>$null
        $cannotHide = $LASTEXITCODE -ne 0 -or $null -eq $library
        if ($cannotHide) { Write-Host 'The test of a missing libvirt is skipped: a mount namespace is needed to hide the library.' }
    }

    It 'is told so, with what to install' -Skip:$cannotHide -ForEach @{ Library = "$($library.ResolvedTarget)" } {
        $said = Invoke-Shell -Before 'unshare', '--mount', 'sh', '-c', "mount --bind /dev/null $Library && exec `"`$@`"", 'sh' -Script @'
Get-VM -Host t1 2>&1 | ForEach-Object { $_.FullyQualifiedErrorId; "$_"; $_.ErrorDetails.RecommendedAction }
(Get-VmHost).Reason
'@
        $lines = $said -split "`n"
        $lines[0] | Should -BeLike 'LibvirtMissing,*'
        $lines[1] | Should -Match 'libvirt is not installed on this machine'
        $lines[2] | Should -Match 'libvirt0'
        $lines[3] | Should -Match 'libvirt is not installed'
    }
}
