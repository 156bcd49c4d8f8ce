@echo off
rem Starts genimage with the Java of JAVA_HOME, or else of PATH. JAVA_OPTS has further options for Java.
setlocal
set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java"
if not defined TF_CPP_MIN_LOG_LEVEL set "TF_CPP_MIN_LOG_LEVEL=3"
"%JAVA%" --enable-native-access=ALL-UNNAMED %JAVA_OPTS% -cp "%~dp0..\lib\*" org.genimage.app.Main %*
exit /b %ERRORLEVEL%
